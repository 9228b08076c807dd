import { execFile } from 'node:child_process'
import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { promisify } from 'node:util'
import { ROOT } from '@taskwire/config/testing'
import { describe, expect } from 'vitest'
import { testWith } from '../testing/fixture.ts'
import { npmProject } from '../testing/npm-project.ts'

const exec = promisify(execFile)
const examples = ['openapi-fetch', 'hey-api']
const compilers = {
  'TypeScript 5.9': 'typescript',
  'TypeScript 7.0': join(ROOT, 'node_modules/typescript'),
}

const test = testWith({}).extend('project', { scope: 'file' }, async ({ server }, { onCleanup }) => {
  const project = npmProject()
  onCleanup(project[Symbol.dispose])
  await project.run('npm install typescript@5.9 @types/node@20')
  for (const name of examples) {
    const example = join(ROOT, `docs/examples/with-${name}.ts`)
    const [, command = ''] = /^\/\/ (np[mx] .*)$/m.exec(readFileSync(example, 'utf8')) ?? []
    mkdirSync(join(project.folder, name))
    await project.run(command.replaceAll('http://localhost:3000', server.url), name)
    cpSync(example, join(project.folder, name, 'example.ts'))
  }
  return project
})

// Milliseconds for npm, on a machine that does other things.
describe('clients that are generated from the document', { timeout: 180_000 }, () => {
  test.for(Object.entries(compilers))('type-check strictly with %s', async ([name, compiler], { project }) => {
    const config = `${name}.json`
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
    const files = examples.map((example) => join(example, 'example.ts'))
    writeFileSync(join(project.folder, config), JSON.stringify({ compilerOptions, files }))
    const tsc = resolve(project.folder, 'node_modules', compiler, 'bin/tsc')
    const complaints = await exec(process.execPath, [tsc, '--pretty', 'false', '-p', config], {
      cwd: project.folder,
    }).then(
      ({ stdout }) => stdout,
      ({ stdout, message }: { stdout: string; message: string }) => stdout || message,
    )
    expect(complaints).toBe('')
  })

  test.for(examples)('go from a new account to following changes: %s', async (name, { server, project }) => {
    const command = ['--import=tsx', join(project.folder, name, 'example.ts'), server.url]
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
  })
})
