import { readFile, rm } from 'node:fs/promises'
import nodeResolve from '@rollup/plugin-node-resolve'
import { dts } from 'rollup-plugin-dts'

/** What the published package depends on, and zod, of whose schemas nothing may remain; all else is inlined. */
const external = [/^@trpc\/(client|server)/, 'superjson', 'zod', 'react', '@tanstack/react-query']

await rm('bundle', { recursive: true, force: true })

export default [
  code('index', { plugins: [license({ of: 'uuid', file: 'LICENSE.md' })] }),
  code('react', {
    // For frameworks that render on a server: its hooks are for the browser's components.
    banner: "'use client'",
    plugins: [license({ of: '@trpc/tanstack-react-query', file: 'LICENSE' })],
  }),
  code('testing'),
  {
    input: { index: 'dist/index.d.ts', react: 'dist/react.d.ts', testing: 'dist/testing.d.ts' },
    output: { dir: 'bundle', chunkFileNames: ({ name }) => `shared/${name.replace('.d', '')}.d.ts` },
    external,
    onwarn: fail,
    plugins: [
      dts({
        tsconfig: 'tsconfig.json',
        // Its peers name an exact version of tRPC, which is not ours.
        includeExternal: ['@taskwire/contract', '@taskwire/router', '@trpc/tanstack-react-query'],
        // Reads the declarations that tsc wrote, not the sources, and each once, by whichever link it is reached.
        compilerOptions: { customConditions: [], preserveSymlinks: false },
      }),
    ],
  },
]

function code(name, { banner, plugins = [] } = {}) {
  return {
    input: `dist/${name}.js`,
    output: { file: `bundle/${name}.js`, banner },
    external,
    onwarn: fail,
    plugins: [nodeResolve({ exportConditions: ['default'] }), ...plugins],
  }
}

function fail({ message }) {
  throw new Error(message)
}

/** Puts the licence of an inlined package beside the bundle, as it asks. */
function license({ of, file }) {
  return {
    name: 'license',
    async generateBundle() {
      const source = await readFile(`node_modules/${of}/${file}`)
      this.emitFile({ type: 'asset', fileName: `${of.replace(/^@/, '').replace('/', '-')}.${file}`, source })
    },
  }
}
