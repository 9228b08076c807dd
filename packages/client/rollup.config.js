import { readFile, rm } from 'node:fs/promises'
import nodeResolve from '@rollup/plugin-node-resolve'
import { dts } from 'rollup-plugin-dts'
import { writeDeclarations } from './declarations.js'

/** What the published package depends on, or leaves to whoever installs it; all else is inlined. */
const external = [/^@trpc\/(client|server)/, 'superjson', 'zod', 'react', '@tanstack/react-query']

await rm('bundle', { recursive: true, force: true })
await writeDeclarations('../contract/dist', 'dist/contract')

export default [
  code('index', {
    plugins: [license({ of: 'uuid', file: 'LICENSE.md' }), license({ of: 'eventsource-parser', file: 'LICENSE' })],
  }),
  code('react', {
    // For frameworks that render on a server: its hooks are for the browser's components.
    banner: "'use client'",
    plugins: [license({ of: '@trpc/tanstack-react-query', file: 'LICENSE' })],
  }),
  code('schemas'),
  code('testing', { entry: 'testing/index' }),
  declarations({ index: 'index', react: 'react', testing: 'testing/index' }),
  // By themselves, since they alone are of zod's types.
  declarations({ schemas: 'schemas' }),
]

function code(name, { entry = name, banner, plugins = [] } = {}) {
  return {
    input: `dist/${entry}.js`,
    output: { file: `bundle/${name}.js`, banner },
    external,
    onwarn: fail,
    plugins: [nodeResolve({ exportConditions: ['default'] }), ...plugins],
  }
}

function declarations(entries) {
  return {
    input: Object.fromEntries(Object.entries(entries).map(([name, entry]) => [name, `dist/${entry}.d.ts`])),
    output: { dir: 'bundle', chunkFileNames: ({ name }) => `shared/${name.replace('.d', '')}.d.ts` },
    external,
    treeshake: { moduleSideEffects: false },
    onwarn: fail,
    plugins: [
      dts({
        tsconfig: 'tsconfig.json',
        // Its peers name an exact version of tRPC, which is not ours.
        includeExternal: ['@taskwire/contract', '@taskwire/router', '@trpc/tanstack-react-query'],
        // Reads the declarations that tsc wrote, not the sources, and each once, by whichever link it is reached.
        compilerOptions: {
          customConditions: [],
          preserveSymlinks: false,
          paths: { '@taskwire/contract': ['./dist/contract/index.d.ts'] },
        },
      }),
    ],
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
