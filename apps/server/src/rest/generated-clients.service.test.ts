import { execFile } from 'node:child_process'
import { cpSync, mkdirSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { ROOT } from '@taskwire/config/testing'
import { describe, expect } from 'vitest'
import { testWith } from '../testing/fixture.ts'

const exec = promisify(execFile)
/** Below this package, so that what is generated finds what it may import. */
const FOLDER = join(ROOT, 'apps/server/node_modules/.cache/generated-clients')

/** A program of a package that is installed here, or for the workspace. */
const programOf = (name: string, file: string, importer = import.meta.url) =>
  join(dirname(createRequire(importer).resolve(`${name}/package.json`)), file)

const compilers = {
  'TypeScript 5.9': programOf('typescript', 'bin/tsc'),
  'TypeScript 7.0': programOf('typescript', 'bin/tsc', join(ROOT, 'package.json')),
}

interface Generator {
  program: string
  /** Generates from the document into the folder. */
  options(document: string, folder: string): string[]
}

const generators: Record<string, Generator> = {
  'openapi-fetch': {
    program: programOf('openapi-typescript', 'bin/cli.js'),
    options: (document, folder) => [document, '-o', join(folder, 'taskwire.d.ts')],
  },
  'hey-api': {
    program: programOf('@hey-api/openapi-ts', 'bin/run.js'),
    options: (document, folder) => ['-i', document, '-o', join(folder, 'taskwire')],
  },
}

const test = testWith({}).extend('generated', { scope: 'file' }, async ({ server }) => {
  mkdirSync(FOLDER, { recursive: true })
  const document = join(FOLDER, 'openapi.json')
  writeFileSync(document, await (await fetch(`${server.url}/api/openapi.json`)).text())
  writeFileSync(join(FOLDER, 'package.json'), JSON.stringify({ type: 'module' }))
  await Promise.all(
    Object.entries(generators).map(async ([name, { program, options }]) => {
      const folder = join(FOLDER, name)
      mkdirSync(folder, { recursive: true })
      await exec(process.execPath, [program, ...options(document, folder)], { cwd: folder })
      cpSync(join(ROOT, `docs/examples/with-${name}.ts`), join(folder, 'example.ts'))
    }),
  )
  return Object.keys(generators).map((name) => join(name, 'example.ts'))
})

describe('clients that are generated from the document', () => {
  test.for(Object.entries(compilers))('type-check strictly with %s', async ([name, compiler], { generated }) => {
    const config = join(FOLDER, `${name}.json`)
    const compilerOptions = {
      strict: true,
      noUncheckedIndexedAccess: true,
      noEmit: true,
      // What is generated has to be right, declarations too.
      skipDefaultLibCheck: true,
      target: 'es2023',
      module: 'esnext',
      moduleResolution: 'bundler',
      allowImportingTsExtensions: true,
      lib: ['es2023', 'dom', 'dom.iterable', 'dom.asynciterable'],
      types: ['node'],
    }
    writeFileSync(config, JSON.stringify({ compilerOptions, files: generated }))
    const complaints = await exec(process.execPath, [compiler, '--pretty', 'false', '-p', config]).then(
      ({ stdout }) => stdout,
      ({ stdout, message }: { stdout: string; message: string }) => stdout || message,
    )
    expect(complaints).toBe('')
  })

  test.for(Object.keys(generators))(
    'go from a new account to following changes: %s',
    async (name, { server, generated }) => {
      expect(generated).toContain(join(name, 'example.ts'))
      const command = ['--import=tsx', join(FOLDER, name, 'example.ts'), server.url]
      const { stdout } = await exec(process.execPath, command, { cwd: ROOT })
      expect(stdout.trimEnd().split('\n')).toEqual([
        'registered: true',
        'created: true 2026-12-01T08:00:00.000Z',
        "listed: 1 [ 'Water the plants' ]",
        'changed: Water the cactus',
        'too late: Water the cactus',
        "refused: [ 'title: Title must have 1 to 200 characters' ]",
        'deleted: 204',
        'told: true true',
      ])
    },
  )
})
