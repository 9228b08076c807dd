import { execFileSync } from 'node:child_process'
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, vi } from 'vitest'
import { test } from './testing/client-test.ts'

const ROOT = fileURLToPath(new URL('../../..', import.meta.url))
// Below this package, so that the snippets find what it may import.
const FOLDER = join(ROOT, `packages/client/node_modules/.cache/snippets-${process.pid}`)
const DOCUMENTS = ['README.md', 'packages/client/README.md', 'docs/internal-tools.md']

const snippets = DOCUMENTS.flatMap((document) =>
  [...readFileSync(join(ROOT, document), 'utf8').matchAll(/^```ts\n(.*?)^```$/gms)].map(([, code = ''], index) => ({
    name: `${document} ${index + 1}`,
    file: join(FOLDER, `${document.replaceAll(/\W/g, '-')}-${index + 1}.ts`),
    code,
  })),
)

beforeAll(() => {
  mkdirSync(FOLDER, { recursive: true })
})
afterAll(() => rmSync(FOLDER, { recursive: true }))

test('every snippet of the documents compiles', () => {
  for (const { file, code } of snippets) writeFileSync(file, code)
  const config = join(FOLDER, 'tsconfig.json')
  writeFileSync(
    config,
    JSON.stringify({
      extends: join(ROOT, 'tsconfig.base.json'),
      compilerOptions: {
        composite: false,
        declarationMap: false,
        noEmit: true,
        rewriteRelativeImportExtensions: false,
        allowImportingTsExtensions: true,
        allowJs: true,
        lib: ['es2024', 'esnext.disposable', 'dom', 'dom.iterable'],
        types: ['node'],
      },
      files: snippets.map(({ file }) => file),
    }),
  )
  expect(snippets.length).toBeGreaterThanOrEqual(4)
  expect(typeErrors(config)).toBe('')
})

test('the quick start of the README runs', async ({ server }) => {
  const log = vi.spyOn(console, 'log').mockImplementation(() => {})
  const quickStart = snippets.find(({ name }) => name === 'README.md 1')
  const file = join(FOLDER, 'quick-start.ts')
  writeFileSync(file, (quickStart?.code ?? '').replace('http://localhost:3000', server.url))

  await import(file)

  expect(log.mock.calls).toEqual([
    [new Date().getFullYear(), [{ id: expect.any(String), name: 'Home', color: '#1e90ff' }]],
    ['Somebody was faster:', expect.objectContaining({ title: 'Water the plants', dueAt: expect.any(Date) })],
  ])
  log.mockRestore()
})

function typeErrors(config: string): string {
  const tsc = join(dirname(createRequire(import.meta.url).resolve('typescript/package.json')), 'bin/tsc')
  try {
    return execFileSync(process.execPath, [tsc, '-p', config], { encoding: 'utf8' })
  } catch (error) {
    return String((error as { stdout?: unknown }).stdout)
  }
}
