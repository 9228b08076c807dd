import { join } from 'node:path'
import { build } from 'esbuild'

/** The client as a page loads it: one script, minified, which leaves its exports in a global `taskwire`. */
export async function bundleForBrowser(): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [join(import.meta.dirname, '../index.ts')],
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
