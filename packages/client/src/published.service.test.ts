import { readdir, readFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { build } from 'esbuild'
import { publint } from 'publint'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  type ConsumerProject,
  type ConsumerProjects,
  compilers,
  consumerProjects,
  exec,
  packageFolder,
} from './testing/consumer-projects.ts'

/** Milliseconds for a compiler, on a machine that does other things. */
const PATIENCE = 120_000

const react18 = ['react@18', 'react-dom@18', '@types/react@18', '@tanstack/react-query@5', 'zod@4.0.0']
const react19 = ['react@19', 'react-dom@19', '@types/react@19', '@tanstack/react-query@5', 'zod@4']
const tanstackDb = ['@tanstack/db@0.15', '@tanstack/react-db@0.5', '@tanstack/offline-transactions@1']
const withDb = [...react19, ...tanstackDb]

// The packages around TanStack DB name versions of it by number, not all the same. `$` is what the project itself asks for.
const projects: ConsumerProject[] = [
  { name: 'npm alone', manager: 'npm', packages: [] },
  { name: 'pnpm alone', manager: 'pnpm', packages: [] },
  { name: 'npm beside React 18', manager: 'npm', packages: react18 },
  { name: 'npm beside React 19', manager: 'npm', packages: withDb, overrides: { '@tanstack/db': '$@tanstack/db' } },
  { name: 'pnpm beside React 19', manager: 'pnpm', packages: withDb, overrides: { '@tanstack/db': '0.15' } },
  { name: 'npm beside tRPC', manager: 'npm', packages: ['@trpc/client@11', '@trpc/server@11', 'typescript@5'] },
]
const namesWith = (what: string) => projects.map(({ name }) => name).filter((name) => name.includes(what))
const withReact = namesWith('React')
const withTanstackDb = namesWith('React 19')

let consumers: ConsumerProjects
let installed: string

beforeAll(async () => {
  consumers = await consumerProjects(projects)
  installed = join(consumers.folderOf('npm beside React 19'), 'node_modules/@taskwire/client')
}, 180_000)
afterAll(() => consumers[Symbol.asyncDispose]())

describe('the tarball', () => {
  test('holds the bundle and what belongs to it, and nothing else', async () => {
    const { stdout } = await exec('tar', ['-tzf', consumers.tarball])
    const files = stdout.trim().split('\n')
    expect(files.filter((file) => !/^package\/bundle\/.*\.(js|js\.map|cjs|d\.ts|d\.cts)$/.test(file)).sort()).toEqual([
      'package/LICENSE',
      'package/README.md',
      'package/bundle/THIRD-PARTY-LICENSES.md',
      'package/package.json',
    ])
    const scripts = files.filter((file) => file.endsWith('.js'))
    expect(files.filter((file) => file.endsWith('.js.map'))).toHaveLength(scripts.length)
  })

  test('tells a server which version calls', async () => {
    const { version } = JSON.parse(await read('package.json'))
    expect(await read('bundle/version.js')).toContain(`VERSION = '${version}'`)
  })

  test('depends on nothing, and leads to the bundle by import and by require', async () => {
    const manifest = await read('package.json')
    expect(manifest).not.toMatch(/workspace:|catalog:|@taskwire\/source|"private"/)
    const { dependencies = {}, exports, peerDependencies, peerDependenciesMeta } = JSON.parse(manifest)
    expect(dependencies).toEqual({})
    expect(Object.keys(peerDependenciesMeta)).toEqual(Object.keys(peerDependencies))

    const source = JSON.parse(await readFile(join(packageFolder, 'package.json'), 'utf8'))
    expect(exports).toEqual(
      Object.fromEntries(
        Object.entries<{ default: string }>(source.exports).map(([entry, { default: file }]) => {
          const path = file.replace('./dist/', './bundle/').replace(/\.js$/, '')
          return [
            entry,
            {
              import: { types: `${path}.d.ts`, default: `${path}.js` },
              require: { types: `${path}.d.cts`, default: `${path}.cjs` },
            },
          ]
        }),
      ),
    )
  })

  test('declares types that tell nothing of the server', async () => {
    const declared = await filesOf(/\.d\.c?ts$/)
    // tRPC's own say how a server is made, but nothing of this one.
    for (const file of declared.filter((each) => !each.startsWith('shared/trpc.'))) {
      const declarations = await read(`bundle/${file}`)
      expect(declarations).not.toMatch(/prisma|passwordHash|workspace:|@trpc|@taskwire\/(?!client)|apps\/|packages\//i)
      // A mutation of TanStack Query has a context as well.
      if (!/^(react|shared.options)/.test(file)) expect(declarations).not.toMatch(/Context\b|unstable-core/)
      if (!file.startsWith('schemas.')) expect(declarations).not.toMatch(/zod/i)
    }
  })

  test('says of each field what its schema says', async () => {
    const files = await filesOf(/^shared\/.*\.d\.ts$/)
    const declarations = await Promise.all(files.map((file) => read(`bundle/${file}`)))
    expect(declarations.join('\n')).toContain(`interface TagCreateInput {
    /** A UUID made by the client. A repeated call with the same id returns the existing tag, even a deleted one: a retry is safe. */
    id?: string;
    /** One line of 1 to 50 code points after trimming; unique among the user's tags, whatever the case (else \`TAG_NAME_TAKEN\`). */
    name: string;
    /** \`#rrggbb\`; null for none. */
    color?: string | null;
}`)
  })

  test.each([
    ['index.js', []],
    ['testing/index.js', []],
    ['react.js', ['@tanstack/react-query', 'react']],
    ['schemas.js', ['zod']],
    ['server.js', ['@tanstack/react-query']],
    ['tanstack-db/index.js', []],
    ['tanstack-db/offline.js', ['@tanstack/db', '@tanstack/offline-transactions']],
  ])('%s needs no other package than %s', async (entry, packages) => {
    const code = await modulesBehind(entry)
    expect([...code.values()].join('\n')).not.toMatch(/prisma|bcryptjs|from 'express/i)
    const others = [...code.values()].flatMap(importsOf).filter((name) => !name.startsWith('.'))
    expect([...new Set(others)].sort()).toEqual(packages)
  })

  test('brings the sources along for a debugger, and no path of the machine that made it', async () => {
    for (const file of await filesOf(/\.js\.map$/)) {
      const { sources, sourcesContent } = JSON.parse(await read(`bundle/${file}`))
      if (!file.startsWith('inlined/')) {
        expect({ file, contents: sourcesContent.map((text: unknown) => typeof text) }).toEqual({
          file,
          contents: sources.map(() => 'string'),
        })
      }
      for (const source of sources) expect(source).toMatch(/^(src|contract\/src|node_modules)\//)
    }
  })

  test('has the licence of each package that is inlined', async () => {
    const licenses = await read('bundle/THIRD-PARTY-LICENSES.md')
    const inlined = (await filesOf(/^inlined\/.*\.js$/)).map((file) => file.match(/^inlined\/((@[^/]+\/)?[^/]+)/)?.[1])
    expect(inlined).toContain('@trpc/client')
    for (const name of inlined) expect(licenses).toContain(`# ${name} `)
    expect(licenses.match(/Permission is hereby granted/g)).toHaveLength(new Set(inlined).size)
  })

  test("marks as 'use client' what the sources mark, and nothing else", async () => {
    const own = (await filesOf(/\.js$/)).filter((file) => !/^(inlined|contract)\//.test(file))
    const marked = async (file: string) => /^['"]use client/.test(await readFile(file, 'utf8'))
    for (const file of own) {
      const source = join(packageFolder, 'src', file.replace(/\.js$/, '.ts'))
      expect({ file, marked: await marked(join(installed, 'bundle', file)) }).toEqual({
        file,
        marked: await marked(source),
      })
    }
  })

  test('gives server components the query options without anything that only a page has', async () => {
    const code = await modulesBehind('react/options.js')
    const external = [...code.values()].flatMap(importsOf).filter((name) => !name.startsWith('.'))
    expect(external).toEqual(['@tanstack/react-query'])
    for (const module of code.values()) expect(module).not.toMatch(/^['"]use client|createContext/)
  })

  test('is found well-formed by publint', async () => {
    const { messages } = await publint({ pkgDir: installed, pack: false, strict: true })
    expect(messages).toEqual([])
  })

  test('has types that every kind of resolution finds, by attw', async () => {
    const attw = join(packageFolder, 'node_modules/.bin/attw')
    // That of Node.js 10 knows no `exports`.
    const { stdout } = await exec(attw, [consumers.tarball, '--profile', 'node16', '--format', 'json'])
    expect(JSON.parse(stdout)).not.toHaveProperty('problems.0')
  })
})

describe('a page that bundles it', () => {
  /** Bytes, minified and gzipped, without peers. */
  const limits = {
    "{ newId } from '@taskwire/client'": 1_000,
    "{ isTaskwireError } from '@taskwire/client'": 1_000,
    "{ createTaskwireClient } from '@taskwire/client'": 20_000,
    "* from '@taskwire/client'": 20_500,
    "* from '@taskwire/client/react'": 15_000,
    "{ restoreSession } from '@taskwire/client/server'": 20_000,
    "* from '@taskwire/client/tanstack-db'": 5_000,
    "* from '@taskwire/client/tanstack-db/offline'": 8_000,
    ...Object.fromEntries(
      [
        'loginForm',
        'registerForm',
        'tagCreateForm',
        'tagUpdateForm',
        'taskCreateForm',
        'taskUpdateForm',
        'taskListForm',
      ].map((form) => [`{ ${form} } from '@taskwire/client/schemas'`, 5_000]),
    ),
  }

  test.each(Object.entries(limits))('export %s costs at most %i bytes', async (imports, limit) => {
    const size = gzipSync(await bundled(`export ${imports}`)).byteLength
    process.stdout.write(`${(size / 1_000).toFixed(1).padStart(5)} kB  export ${imports}\n`)
    expect(size).toBeLessThanOrEqual(limit)
  })

  test('has one class of errors, whichever entries it uses', async () => {
    const code = await bundled(`
      import { isTaskwireError } from '@taskwire/client'
      import { taskwireError } from '@taskwire/client/testing'
      export const known = isTaskwireError(taskwireError('NOT_FOUND'))`)
    const { known } = await import(`data:text/javascript;base64,${Buffer.from(code).toString('base64')}`)
    expect(known).toBe(true)
  })
})

describe('a project that installs it', () => {
  const environments = {
    'nodenext in a browser': { module: 'nodenext', lib: ['es2023', 'esnext.disposable', 'dom'], types: [] },
    'bundler in a browser': {
      module: 'esnext',
      moduleResolution: 'bundler',
      lib: ['es2023', 'esnext.disposable', 'dom'],
      types: [],
    },
    'nodenext in Node.js': { module: 'nodenext', lib: ['es2023', 'dom'], types: ['node'] },
    // tRPC's own declarations name types of the DOM.
    'nodenext in Node.js without dom': { module: 'nodenext', lib: ['es2023'], types: ['node'], skipLibCheck: true },
  }
  /** What differs between projects is where types are found, not what they are: few have to meet every environment. */
  const checkedIn: Record<string, string[]> = {
    'npm alone': Object.keys(environments),
    'npm beside React 19': ['nodenext in a browser', 'bundler in a browser'],
  }
  const combinations = projects.flatMap(({ name }) =>
    Object.entries(compilers).flatMap(([compilerName, compiler]) =>
      Object.entries(environments)
        .filter(([environment]) => (checkedIn[name] ?? ['bundler in a browser']).includes(environment))
        .map(([environment, options]) => ({ name, compilerName, compiler, environment, options })),
    ),
  )

  test.each(combinations)(
    'type-checks: $name, $compilerName, $environment',
    async ({ name, compiler, options }) => {
      const withPeers = name.includes('React') ? ['hooks.ts', 'forms.ts'] : []
      const withDb = withTanstackDb.includes(name) ? ['collections.ts'] : []
      const withTrpc = name.includes('tRPC') ? ['own-trpc.ts'] : []
      const files = ['tasks.ts', 'every-procedure.ts', 'mocks.ts', ...withPeers, ...withDb, ...withTrpc]
      expect(await consumers.typeCheck({ project: name, compiler, options, files })).toBe('')
    },
    PATIENCE,
  )

  test.each(Object.entries(compilers))(
    'type-checks where it is required: %s',
    async (_name, compiler) => {
      for (const module of ['node16', 'nodenext']) {
        const options = { ...environments['nodenext in Node.js'], module }
        expect(await consumers.typeCheck({ project: 'npm alone', compiler, options, files: ['required.cts'] })).toBe('')
      }
    },
    PATIENCE,
  )

  test.each(Object.entries(compilers))(
    'can declare what it makes of it: %s',
    async (_name, compiler) => {
      const options = {
        ...environments['bundler in a browser'],
        noEmit: false,
        declaration: true,
        emitDeclarationOnly: true,
        outDir: `declared-by-${compiler}`,
      }
      const project = 'pnpm beside React 19'
      expect(await consumers.typeCheck({ project, compiler, options, files: ['declared.ts'] })).toBe('')
    },
    PATIENCE,
  )

  test('runs it in plain Node.js', async () => {
    const { stdout } = await exec(process.execPath, ['run.mjs'], { cwd: consumers.folderOf('npm alone') })
    expect(JSON.parse(stdout)).toEqual({ idLength: 36, dueInYear: 2026, known: true, mocked: true })
  })

  test('has one copy of it, whether it imports or requires', async () => {
    const { stdout, stderr } = await exec(process.execPath, ['run.cjs'], { cwd: consumers.folderOf('npm alone') })
    expect(JSON.parse(stdout)).toEqual({ oneCopy: true, known: true, mocked: 'signedOut' })
    expect(stderr).toBe('')
  })

  test.each(withReact)('renders its hooks: %s', async (project) => {
    const { stdout } = await exec(process.execPath, ['render.mjs'], { cwd: consumers.folderOf(project) })
    expect(stdout.replaceAll('<!-- -->', '')).toBe(
      '<p>signedOut[[&quot;task&quot;,&quot;list&quot;],{&quot;type&quot;:&quot;query&quot;}]</p>',
    )
  })

  test.each(withTanstackDb)('keeps changes of collections, of the one copy of TanStack DB: %s', async (project) => {
    const { stdout } = await exec(process.execPath, ['collections.mjs'], { cwd: consumers.folderOf(project) })
    expect(JSON.parse(stdout)).toEqual({ oneCopy: true, shown: ['Write'], sent: ['Write'] })
  })

  test('gets nothing else with it', async () => {
    const folder = consumers.folderOf('npm alone')
    const { stdout } = await exec('npm', ['ls', '--all', '--parseable'], { cwd: folder })
    const packages = stdout
      .trim()
      .split('\n')
      .map((path) => path.split('/node_modules/')[1])
    // What is asked for by name: `@types/node`, and what that needs.
    expect(packages.filter((name) => name !== undefined && !/^(@types\/node|undici-types)$/.test(name))).toEqual([
      '@taskwire/client',
    ])
  })
})

function read(file: string): Promise<string> {
  return readFile(join(installed, file), 'utf8')
}

/** The files of the bundle, by their paths in it. */
async function filesOf(kind: RegExp): Promise<string[]> {
  return (await readdir(join(installed, 'bundle'), { recursive: true })).filter((file) => kind.test(file))
}

function importsOf(code: string): string[] {
  return Array.from(code.matchAll(/\b(?:from|import) '([^']+)'/g), ([, specifier]) => specifier ?? '')
}

/** The code of a module of the bundle, and of all that it imports, by path. */
async function modulesBehind(path: string, known = new Map<string, string>()): Promise<Map<string, string>> {
  if (known.has(path)) return known
  const code = await read(`bundle/${path}`)
  known.set(path, code)
  for (const name of importsOf(code)) if (name.startsWith('.')) await modulesBehind(join(dirname(path), name), known)
  return known
}

/** What a page would load. */
async function bundled(contents: string): Promise<string> {
  const { outputFiles } = await build({
    stdin: { contents, resolveDir: consumers.folderOf('npm beside React 19') },
    format: 'esm',
    target: 'es2023',
    bundle: true,
    minify: true,
    write: false,
    external: ['react', 'zod', '@tanstack/*'],
  })
  return outputFiles[0]?.text ?? ''
}
