import { join } from 'node:path'
import { build } from 'esbuild'

/** The page of `live-page.ts` as a browser loads it: one script. */
export async function bundleLivePage(): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [join(import.meta.dirname, 'live-page.ts')],
    conditions: ['@taskwire/source'],
    define: { 'process.env.NODE_ENV': '"development"' },
    format: 'iife',
    target: 'es2023',
    platform: 'browser',
    bundle: true,
    minify: true,
    write: false,
  })
  // Inside of a script element.
  return (outputFiles[0]?.text ?? '').replaceAll('</script', String.raw`<\/script`)
}
