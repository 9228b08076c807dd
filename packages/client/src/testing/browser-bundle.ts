import { join } from 'node:path'
import { build } from 'esbuild'

/** What a page loads when it says nothing else. */
const WHOLE_CLIENT = "export * from './index.ts'"

/**
 * The client as a page loads it: one script, minified, which leaves what the source exports in a global `taskwire`. The
 * source imports from the folder of the client's sources.
 */
export async function bundleForBrowser(source = WHOLE_CLIENT): Promise<string> {
  const { outputFiles } = await build({
    stdin: { contents: source, resolveDir: join(import.meta.dirname, '..'), loader: 'ts' },
    conditions: ['@taskwire/source'],
    format: 'iife',
    globalName: 'taskwire',
    target: 'es2023',
    platform: 'browser',
    bundle: true,
    minify: true,
    write: false,
  })
  return outputFiles[0]?.text ?? ''
}
