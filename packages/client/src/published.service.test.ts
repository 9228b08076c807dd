import { execFile } from 'node:child_process'
import { cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { publint } from 'publint'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

const exec = promisify(execFile)
const packageFolder = join(import.meta.dirname, '..')
const compilers = { 'TypeScript 5.9': 'typescript-5', 'TypeScript 7.0': 'typescript-7' }

/** Milliseconds for a compiler, on a machine that does other things. */
const PATIENCE = 60_000

const react18 = ['react@18', 'react-dom@18', '@types/react@18', '@tanstack/react-query@5', 'zod@4.0.0']
const react19 = ['react@19', 'react-dom@19', '@types/react@19', '@tanstack/react-query@5', 'zod@4']

/** A project for each: installed with its peers as strangers do, outside of the workspace. */
const projects = {
  'npm alone': { manager: 'npm', packages: [] },
  'pnpm alone': { manager: 'pnpm', packages: [] },
  'npm beside React 18': { manager: 'npm', packages: react18 },
  'npm beside React 19': { manager: 'npm', packages: react19 },
  'pnpm beside React 18': { manager: 'pnpm', packages: react18 },
  'pnpm beside React 19': { manager: 'pnpm', packages: react19 },
}
type Project = keyof typeof projects
const projectNames = Object.keys(projects) as Project[]

let folder: string
let installed: string

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'taskwire-consumer-'))
  installed = join(folderOf('npm alone'), 'node_modules/@taskwire/client')
  await exec('npx', ['-y', 'pnpm', 'pack', '--out', join(folder, 'client.tgz')], { cwd: packageFolder })
  await writeFile(join(folder, 'package.json'), JSON.stringify({ private: true }))
  await npmInstall(folder, ['typescript-5@npm:typescript@5.9.3', 'typescript-7@npm:typescript@7.0.2'])
  for (const name of projectNames) await makeProject(name)
}, 180_000)
afterAll(() => rm(folder, { recursive: true, force: true }))

describe('the tarball', () => {
  test('holds the bundle and what belongs to it, and nothing else', async () => {
    const { stdout } = await exec('tar', ['-tzf', join(folder, 'client.tgz')])
    expect(stdout.trim().split('\n').sort()).toEqual([
      'package/LICENSE',
      'package/README.md',
      'package/bundle/eventsource-parser.LICENSE',
      'package/bundle/index.d.ts',
      'package/bundle/index.js',
      'package/bundle/react.d.ts',
      'package/bundle/react.js',
      'package/bundle/schemas.d.ts',
      'package/bundle/schemas.js',
      'package/bundle/shared/client.d.ts',
      'package/bundle/shared/router-types.d.ts',
      'package/bundle/testing.d.ts',
      'package/bundle/testing.js',
      'package/bundle/trpc-tanstack-react-query.LICENSE',
      'package/bundle/uuid.LICENSE.md',
      'package/package.json',
    ])
  })

  test('depends on tRPC and superjson alone, and leads to the bundle', async () => {
    const manifest = await read('package.json')
    expect(manifest).not.toMatch(/workspace:|catalog:|@taskwire\/source|"private"/)
    const { dependencies, exports, peerDependencies, peerDependenciesMeta } = JSON.parse(manifest)
    expect(Object.keys(dependencies)).toEqual(['@trpc/client', '@trpc/server', 'superjson'])
    expect(exports).toEqual({
      '.': { types: './bundle/index.d.ts', default: './bundle/index.js' },
      './react': { types: './bundle/react.d.ts', default: './bundle/react.js' },
      './schemas': { types: './bundle/schemas.d.ts', default: './bundle/schemas.js' },
      './testing': { types: './bundle/testing.d.ts', default: './bundle/testing.js' },
    })
    expect(Object.keys(peerDependencies)).toEqual(['@tanstack/react-query', 'react', 'zod'])
    expect(peerDependenciesMeta).toEqual({
      '@tanstack/react-query': { optional: true },
      react: { optional: true },
      zod: { optional: true },
    })
  })

  test('declares types that tell nothing of the server', async () => {
    const files = (await readdir(join(installed, 'bundle'), { recursive: true })).filter((file) =>
      file.endsWith('.d.ts'),
    )
    for (const file of files) {
      const declarations = await read(`bundle/${file}`)
      expect(declarations).not.toMatch(/prisma|passwordHash|workspace:|@taskwire\/(?!client)|apps\/|packages\//i)
      if (file !== 'schemas.d.ts') expect(declarations).not.toMatch(/zod/i)
      // A docstring may say what is left out; those that are inlined with the hooks name tRPC's and React's own.
      if (file !== 'react.d.ts') expect(declarations).not.toMatch(/Context|unstable/)
    }
    expect(importsOf(await read('bundle/react.d.ts'))).not.toContain('@trpc/tanstack-react-query')
  })

  test('says of each field what its schema says', async () => {
    const declarations = await read('bundle/shared/client.d.ts')
    expect(declarations).toContain(`interface TagCreateInput {
    /** A UUID made by the client. A repeated call with the same id returns the existing tag, even a deleted one: a retry is safe. */
    id?: string;
    /** One line of 1 to 50 code points after trimming; unique among the user's tags, whatever the case (else \`TAG_NAME_TAKEN\`). */
    name: string;
    /** \`#rrggbb\`; null for none. */
    color?: string | null;
}`)
    expect(declarations).toContain('input: TaskCreateInput;')
  })

  test('runs no code but that of the client and the wire', async () => {
    const code = await read('bundle/index.js')
    expect(code).not.toMatch(/zod|prisma|bcrypt|express/i)
    expect(importsOf(code)).toEqual(['@trpc/client', '@trpc/server/observable', 'superjson'])
    expect(importsOf(await read('bundle/testing.js'))).toEqual([
      '@trpc/client',
      '@trpc/server/observable',
      '@trpc/server/rpc',
    ])
    const hooks = await read('bundle/react.js')
    expect(hooks).toMatch(/^'use client'/)
    expect(importsOf(hooks)).toEqual([
      '@tanstack/react-query',
      '@trpc/client',
      '@trpc/server',
      '@trpc/server/unstable-core-do-not-import',
      'react',
    ])
  })

  test('is found well-formed by publint', async () => {
    const { messages } = await publint({ pkgDir: installed, pack: false, strict: true })
    expect(messages).toEqual([])
  })

  test('has types that every kind of resolution finds, by attw', async () => {
    const attw = join(packageFolder, 'node_modules/.bin/attw')
    const { stdout } = await exec(attw, [join(folder, 'client.tgz'), '--profile', 'esm-only', '--format', 'json'])
    expect(JSON.parse(stdout)).not.toHaveProperty('problems.0')
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
  const isChecked = (project: Project, environment: string) =>
    project === 'npm alone' || environment.endsWith('browser')
  const combinations = projectNames.flatMap((project) =>
    Object.entries(compilers).flatMap(([compilerName, compiler]) =>
      Object.entries(environments)
        .filter(([environment]) => isChecked(project, environment))
        .map(([environment, options]) => ({ project, compilerName, compiler, environment, options })),
    ),
  )

  test.each(combinations)(
    'type-checks: $project, $compilerName, $environment',
    async ({ project, compiler, options }) => {
      const withPeers = projects[project].packages.length > 0 ? ['hooks.ts', 'forms.ts'] : []
      const files = ['tasks.ts', 'every-procedure.ts', 'mocks.ts', ...withPeers]
      expect(await typeCheck({ project, compiler, options, files })).toBe('')
    },
    PATIENCE,
  )

  test.each(Object.entries(compilers))(
    'is told what is wrong by %s',
    async (_name, compiler) => {
      const wrong = {
        'missing-procedure.ts': 'TS2741',
        'wrong-field.ts': 'TS2339',
        'wrong-handler.ts': 'TS2353',
        'wrong-hook.ts': 'TS2322',
        'wrong-input.ts': 'TS2322',
        'wrong-procedure.ts': 'TS2339',
        'wrong-switch.ts': 'TS2366',
      }
      const output = await typeCheck({
        project: 'npm beside React 19',
        compiler,
        options: environments['nodenext in a browser'],
        files: Object.keys(wrong),
      })
      const errors = Array.from(output.matchAll(/^(\S+)\(.*error (TS\d+)/gm), ([, file, code]) => [file, code])
      expect(Object.fromEntries(errors)).toEqual(wrong)
      expect(errors).toHaveLength(Object.keys(wrong).length)
    },
    PATIENCE,
  )

  test('runs it in plain Node.js', async () => {
    const { stdout } = await exec(process.execPath, ['run.mjs'], { cwd: folderOf('npm alone') })
    expect(JSON.parse(stdout)).toEqual({ idLength: 36, dueInYear: 2026, known: true, mocked: true })
  })

  test.each(projectNames.filter((name) => name.includes('React')))('renders its hooks: %s', async (project) => {
    const { stdout } = await exec(process.execPath, ['render.mjs'], { cwd: folderOf(project) })
    expect(stdout.replaceAll('<!-- -->', '')).toBe(
      '<p>unknown[[&quot;task&quot;,&quot;list&quot;],{&quot;type&quot;:&quot;query&quot;}]</p>',
    )
  })

  test.each(projectNames.filter((name) => name.startsWith('npm')))('has one tRPC: %s', async (project) => {
    const { stdout } = await exec('npm', ['ls', '@trpc/client', '@trpc/server', '--parseable', '--all'], {
      cwd: folderOf(project),
    })
    expect(stdout.trim().split('\n')).toHaveLength(2)
  })
})

function folderOf(project: Project): string {
  return join(folder, project.replaceAll(' ', '-'))
}

async function makeProject(name: Project): Promise<void> {
  const { manager, packages } = projects[name]
  const cwd = folderOf(name)
  await mkdir(cwd)
  await cp(join(packageFolder, 'consumer'), cwd, { recursive: true })
  await writeFile(join(cwd, 'package.json'), JSON.stringify({ type: 'module', private: true }))
  const wanted = ['../client.tgz', '@types/node@20', ...packages]
  if (manager === 'npm') await npmInstall(cwd, wanted)
  else await exec('npx', ['-y', 'pnpm', 'add', '--ignore-workspace', '--strict-peer-dependencies', ...wanted], { cwd })
}

async function npmInstall(cwd: string, packages: string[]): Promise<void> {
  await exec('npm', ['install', '--no-audit', '--no-fund', '--prefer-offline', ...packages], { cwd })
}

function read(file: string): Promise<string> {
  return readFile(join(installed, file), 'utf8')
}

function importsOf(code: string): string[] {
  const specifiers = Array.from(code.matchAll(/\b(?:from|import) '([^']+)'/g), ([, specifier]) => specifier ?? '')
  return [...new Set(specifiers)].sort()
}

interface TypeCheck {
  project: Project
  compiler: string
  options: object
  files: string[]
}

let checks = 0

/** What the compiler says of the files; nothing when all is well. */
async function typeCheck({ project, compiler, options, files }: TypeCheck): Promise<string> {
  const cwd = folderOf(project)
  const compilerOptions = { strict: true, noEmit: true, skipLibCheck: false, target: 'es2023', ...options }
  checks += 1
  const config = `tsconfig.${checks}.json`
  await writeFile(join(cwd, config), JSON.stringify({ compilerOptions, files }))
  const tsc = join('../node_modules', compiler, 'bin/tsc')
  return exec(process.execPath, [tsc, '--pretty', 'false', '-p', config], { cwd }).then(
    ({ stdout }) => stdout,
    ({ stdout, message }: { stdout: string; message: string }) => stdout || message,
  )
}
