import { readFile, rm } from 'node:fs/promises'
import nodeResolve from '@rollup/plugin-node-resolve'
import { dts } from 'rollup-plugin-dts'
import {
  declarationsForRequire,
  fileOf,
  keepDirectives,
  licenses,
  requireEntries,
  sourceMaps,
  stampVersion,
} from './bundling.js'
import { writeDeclarations } from './declarations.js'

/** What is left to whoever installs the package; all else is inlined, types included. */
const external = [
  'zod',
  'react',
  'react/jsx-runtime',
  '@tanstack/react-query',
  '@tanstack/db',
  '@tanstack/offline-transactions',
]

const inlined = ['@taskwire/contract', '@taskwire/router', '@trpc/client', '@trpc/server', '@trpc/tanstack-react-query']

/** The modules behind the entries of the package: `['index', 'testing/index']`. */
const { exports, version } = JSON.parse(await readFile('package.json', 'utf8'))
const entries = Object.values(exports).map(({ default: file }) => file.slice('./dist/'.length, -'.js'.length))

await rm('bundle', { recursive: true, force: true })
await writeDeclarations('../contract/dist', 'dist/contract')

export default [
  {
    // All at once, so that what they have in common is there once: an error of one entry is the same class for another.
    input: inputs(entries, '.js'),
    output: {
      dir: 'bundle',
      // Each module is a file: a bundler takes those that it needs, and a directive marks its own module alone.
      preserveModules: true,
      entryFileNames: fileOf,
      sourcemap: true,
      sourcemapPathTransform: (path) => path.replace(/^.*\/(?=node_modules\/)|^(\.\.\/)+(?=src\/)|^(\.\.\/)+/, ''),
    },
    external,
    // Nothing happens when a module is imported, and not every package says so.
    treeshake: { moduleSideEffects: false },
    onLog,
    plugins: [
      nodeResolve({ exportConditions: ['default'] }),
      sourceMaps(),
      stampVersion(version),
      keepDirectives(),
      licenses(),
      requireEntries(),
    ],
  },
  declarations(entries.filter((name) => name !== 'schemas')),
  // By themselves, since they alone are of zod's types.
  declarations(['schemas']),
]

function inputs(entries, extension) {
  return Object.fromEntries(entries.map((name) => [name, `dist/${name}${extension}`]))
}

function declarations(entries) {
  return {
    input: inputs(entries, '.d.ts'),
    output: {
      dir: 'bundle',
      chunkFileNames: ({ name }) => `shared/${name.replace('.d', '')}.d.ts`,
      onlyExplicitManualChunks: true,
      // Its files import each other.
      manualChunks: (id) => (/\/@trpc\/(client|server)\//.test(id) ? 'trpc' : undefined),
    },
    external,
    treeshake: { moduleSideEffects: false },
    onLog,
    plugins: [
      dts({
        tsconfig: 'tsconfig.json',
        includeExternal: inlined,
        // Reads the declarations that tsc wrote, not the sources, and each once, by whichever link it is reached.
        compilerOptions: {
          customConditions: [],
          preserveSymlinks: false,
          paths: { '@taskwire/contract': ['./dist/contract/index.d.ts'] },
        },
      }),
      declarationsForRequire(),
    ],
  }
}

function onLog(level, { code, message }) {
  // `keepDirectives` puts it back. And a type that no entry exports is one that nobody's declarations need to name:
  // `consumer/` emits some.
  if (code === 'MODULE_LEVEL_DIRECTIVE' || message.includes('private shared type exports')) return
  if (level === 'warn') throw new Error(message)
}
