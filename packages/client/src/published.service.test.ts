import { execFile } from 'node:child_process'
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

const exec = promisify(execFile)
const packageFolder = join(import.meta.dirname, '..')
const compilers = { 'TypeScript 5.9': 'typescript-5', 'TypeScript 7.0': 'typescript-7' }

let folder: string
let installed: string

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'taskwire-consumer-'))
  installed = join(folder, 'node_modules/@taskwire/client')
  await exec('npx', ['-y', 'pnpm', 'pack', '--out', join(folder, 'client.tgz')], { cwd: packageFolder })
  await cp(join(packageFolder, 'consumer'), folder, { recursive: true })
  await writeFile(join(folder, 'package.json'), JSON.stringify({ type: 'module', private: true }))
  const compilerPackages = ['typescript-5@npm:typescript@5.9.3', 'typescript-7@npm:typescript@7.0.2']
  await exec('npm', ['install', '--no-audit', '--no-fund', './client.tgz', '@types/node@20', ...compilerPackages], {
    cwd: folder,
  })
}, 180_000)
afterAll(() => rm(folder, { recursive: true, force: true }))

describe('the tarball', () => {
  test('holds the bundle and what belongs to it, and nothing else', async () => {
    const { stdout } = await exec('tar', ['-tzf', join(folder, 'client.tgz')])
    expect(stdout.trim().split('\n').sort()).toEqual([
      'package/LICENSE',
      'package/README.md',
      'package/bundle/index.d.ts',
      'package/bundle/index.js',
      'package/bundle/uuid.LICENSE.md',
      'package/package.json',
    ])
  })

  test('depends on tRPC and superjson alone, and leads to the bundle', async () => {
    const manifest = await read('package.json')
    expect(manifest).not.toMatch(/workspace:|catalog:|@taskwire\/source|"private"/)
    const { dependencies, exports } = JSON.parse(manifest)
    expect(Object.keys(dependencies)).toEqual(['@trpc/client', '@trpc/server', 'superjson'])
    expect(exports).toEqual({ '.': { types: './bundle/index.d.ts', default: './bundle/index.js' } })
  })

  test('declares types that tell nothing of the server', async () => {
    const declarations = await read('bundle/index.d.ts')
    expect(declarations).not.toMatch(/prisma|passwordHash|workspace:|@taskwire\/(?!client)|zod|apps\/|packages\//i)
    // A docstring may say what is left out.
    expect(declarations).not.toMatch(/Context/)
    expect(importsOf(declarations)).toEqual(['@trpc/client', '@trpc/server', '@trpc/server/rpc'])
  })

  test('runs no code but that of the client and the wire', async () => {
    const code = await read('bundle/index.js')
    expect(code).not.toMatch(/zod|prisma|bcrypt|express/i)
    expect(importsOf(code)).toEqual(['@trpc/client', '@trpc/server/observable', 'superjson'])
  })
})

describe('a project that installs it', () => {
  const environments = {
    'nodenext in a browser': { module: 'nodenext', lib: ['es2023', 'esnext.disposable', 'dom'], types: [] },
    'nodenext in Node.js': { module: 'nodenext', lib: ['es2023', 'dom'], types: ['node'] },
    // tRPC's own declarations name types of the DOM.
    'nodenext in Node.js without dom': { module: 'nodenext', lib: ['es2023'], types: ['node'], skipLibCheck: true },
    'bundler in a browser': {
      module: 'esnext',
      moduleResolution: 'bundler',
      lib: ['es2023', 'esnext.disposable', 'dom'],
      types: [],
    },
  }
  const combinations = Object.entries(compilers).flatMap(([compilerName, compiler]) =>
    Object.entries(environments).map(([environment, options]) => ({ compilerName, compiler, environment, options })),
  )

  test.each(combinations)('type-checks: $compilerName, $environment', async ({ compiler, options }) => {
    expect(await typeCheck(compiler, options, ['tasks.ts'])).toBe('')
  })

  test.each(Object.entries(compilers))('is told what is wrong by %s', async (_name, compiler) => {
    const wrong = ['wrong-field.ts', 'wrong-input.ts', 'wrong-procedure.ts', 'wrong-switch.ts']
    const output = await typeCheck(compiler, environments['nodenext in a browser'], wrong)
    expect(Array.from(output.matchAll(/^(\S+)\(.*error (TS\d+)/gm), ([, file, code]) => `${file} ${code}`)).toEqual([
      'wrong-field.ts TS2339',
      'wrong-input.ts TS2322',
      'wrong-procedure.ts TS2339',
      'wrong-switch.ts TS2366',
    ])
  })

  test('runs it in plain Node.js', async () => {
    const { stdout } = await exec(process.execPath, ['run.mjs'], { cwd: folder })
    expect(JSON.parse(stdout)).toEqual({ idLength: 36, dueInYear: 2026, known: true })
  })
})

function read(file: string): Promise<string> {
  return readFile(join(installed, file), 'utf8')
}

function importsOf(code: string): string[] {
  const specifiers = Array.from(code.matchAll(/\b(?:from|import) '([^']+)'/g), ([, specifier]) => specifier ?? '')
  return [...new Set(specifiers)].sort()
}

/** What the compiler says of the files; nothing when all is well. */
async function typeCheck(compiler: string, options: object, files: string[]): Promise<string> {
  const compilerOptions = { strict: true, noEmit: true, skipLibCheck: false, target: 'es2023', ...options }
  await writeFile(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, files }))
  const tsc = join('node_modules', compiler, 'bin/tsc')
  return exec(process.execPath, [tsc, '--pretty', 'false'], { cwd: folder }).then(
    ({ stdout }) => stdout,
    ({ stdout, message }: { stdout: string; message: string }) => stdout || message,
  )
}
