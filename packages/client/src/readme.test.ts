import { spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { beforeAll, expect, onTestFinished, vi } from 'vitest'
import { test } from './testing/client-test.ts'

const ROOT = fileURLToPath(new URL('../../..', import.meta.url))
// Below this package, so that the snippets find what it may import. It stays: what has not changed is not checked again.
const FOLDER = join(ROOT, 'packages/client/node_modules/.cache/snippets')
const DOCUMENTS = ['README.md', 'packages/client/README.md', 'docs/internal-tools.md']

const snippets = DOCUMENTS.flatMap((document) =>
  [...readFileSync(join(ROOT, document), 'utf8').matchAll(/^```(tsx?)\n(.*?)^```$/gms)].map(
    ([, extension, code = ''], index) => ({
      name: `${document} ${index + 1}`,
      file: join(FOLDER, `${document.replaceAll(/\W/g, '-')}-${index + 1}.${extension}`),
      code,
    }),
  ),
)

/** Code that a compiler has to refuse; `published-types.service.test.ts` asks for the very sentences. */
const WRONG = join(ROOT, 'packages/client/consumer/wrong-uses.ts')

let complaints: { file: string; text: string }[]
beforeAll(() => {
  mkdirSync(FOLDER, { recursive: true })
  for (const { file, code } of snippets) writeFileSync(file, code)
  complaints = typeCheck([...snippets.map(({ file }) => file), WRONG])
})

test('every snippet of the documents compiles', () => {
  expect(snippets.length).toBeGreaterThanOrEqual(4)
  expect(complaints.filter(({ file }) => file !== WRONG)).toEqual([])
})

test('code that is wrong does not compile, and for one reason each', () => {
  const mistakes = readFileSync(WRONG, 'utf8').match(/^ *\/\/> /gm) ?? []
  expect(mistakes.length).toBeGreaterThanOrEqual(30)
  expect(complaints.filter(({ file }) => file === WRONG)).toHaveLength(mistakes.length)
})

test('the worked example of how to add a field fits the sources, and compiles', () => {
  const blocks = [...readFileSync(join(ROOT, 'docs/add-a-feature.md'), 'utf8').matchAll(/^```diff\n(.*?)^```$/gms)]
  const copy = mkdtempSync(join(tmpdir(), 'taskwire-field-'))
  onTestFinished(() => rmSync(copy, { recursive: true }))
  for (const folder of ['packages/contract', 'packages/domain', 'packages/router', 'prisma']) {
    cpSync(join(ROOT, folder), join(copy, folder), {
      recursive: true,
      verbatimSymlinks: true,
      filter: (path) => !/\/dist$|\.test\.ts$/.test(path),
    })
  }
  symlinkSync(join(ROOT, 'node_modules'), join(copy, 'node_modules'))
  const input = blocks.map(([, diff = '']) => diff).join('')
  const { status, stderr } = spawnSync('git', ['apply', '-'], { cwd: copy, input, encoding: 'utf8' })
  expect({ status, stderr, blocks: blocks.length }).toEqual({ status: 0, stderr: '', blocks: 4 })

  const sources = ['packages/router/src/index.ts', 'packages/contract/src/index.ts'].map((file) => join(copy, file))
  expect(typeCheck(sources)).toEqual([])
  // What is true of the sources would compile as well: the field has to be there.
  expect(readFileSync(join(copy, 'packages/contract/src/task.ts'), 'utf8')).toContain('estimate')
})

test('the quick start of the README runs', async ({ server }) => {
  const log = vi.spyOn(console, 'log').mockImplementation(() => {})
  const quickStart = snippets.find(({ name }) => name === 'README.md 1')
  const file = join(FOLDER, `quick-start-${process.pid}.ts`)
  writeFileSync(file, (quickStart?.code ?? '').replace('http://localhost:3000', server.url))

  await import(file)

  expect(log.mock.calls).toEqual([
    [new Date().getFullYear(), [{ id: expect.any(String), name: 'Home', color: '#1e90ff' }]],
    ['Somebody was faster:', expect.objectContaining({ title: 'Water the plants', dueAt: expect.any(Date) })],
  ])
  log.mockRestore()
  rmSync(file)
})

/** What the compiler says of the files, in their order. */
function typeCheck(files: string[]): typeof complaints {
  const config = join(FOLDER, 'tsconfig.json')
  const compilerOptions = {
    composite: false,
    declarationMap: false,
    noEmit: true,
    incremental: true,
    tsBuildInfoFile: `${basename(files[0] ?? '')}.tsbuildinfo`,
    rewriteRelativeImportExtensions: false,
    allowImportingTsExtensions: true,
    allowJs: true,
    jsx: 'react-jsx',
    lib: ['es2024', 'esnext.disposable', 'dom', 'dom.iterable'],
    types: ['node'],
  }
  writeFileSync(config, JSON.stringify({ extends: join(ROOT, 'tsconfig.base.json'), compilerOptions, files }))
  const tsc = join(dirname(createRequire(import.meta.url).resolve('typescript/package.json')), 'bin/tsc')
  const { stdout } = spawnSync(process.execPath, [tsc, '--pretty', 'false', '-p', config], {
    cwd: FOLDER,
    encoding: 'utf8',
  })
  // A complaint may go on in lines that are indented.
  return stdout
    .split(/\n(?=\S)/)
    .filter((text) => text.trim() !== '')
    .map((text) => ({ file: join(FOLDER, text.replace(/\(\d.*/s, '')), text }))
}
