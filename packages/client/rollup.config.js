import { readFile } from 'node:fs/promises'
import nodeResolve from '@rollup/plugin-node-resolve'
import { dts } from 'rollup-plugin-dts'

/** What the published package depends on, and zod, of whose schemas nothing may remain; all else is inlined. */
const external = [/^@trpc\//, 'superjson', 'zod']

export default [
  {
    input: 'dist/index.js',
    output: { file: 'bundle/index.js' },
    external,
    onwarn: fail,
    plugins: [nodeResolve({ exportConditions: ['default'] }), licenseOf('uuid')],
  },
  {
    input: 'dist/index.d.ts',
    output: { file: 'bundle/index.d.ts' },
    external,
    onwarn: fail,
    plugins: [
      dts({
        tsconfig: 'tsconfig.json',
        includeExternal: ['@taskwire/contract', '@taskwire/router'],
        // Reads the declarations that tsc wrote, not the sources, and each once, by whichever link it is reached.
        compilerOptions: { customConditions: [], preserveSymlinks: false },
      }),
    ],
  },
]

function fail({ message }) {
  throw new Error(message)
}

/** Puts the licence of an inlined package beside the bundle, as it asks. */
function licenseOf(name) {
  return {
    name: 'license',
    async generateBundle() {
      const source = await readFile(`node_modules/${name}/LICENSE.md`)
      this.emitFile({ type: 'asset', fileName: `${name}.LICENSE.md`, source })
    },
  }
}
