import { exec } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { test as base, expect, vi } from 'vitest'
import { parse } from 'yaml'
import { writeDocument } from './write-document.ts'

const ROOT = new URL('../../../../', import.meta.url)

const test = base.extend<{ folder: string; complaint: () => string }>({
  // biome-ignore lint/correctness/noEmptyPattern: Vitest reads from it that nothing is needed
  folder: async ({}, use) => {
    const folder = await mkdtemp(join(tmpdir(), 'openapi-'))
    await use(folder)
    await rm(folder, { recursive: true })
  },
  // biome-ignore lint/correctness/noEmptyPattern: Vitest reads from it that nothing is needed
  complaint: async ({}, use) => {
    const write = vi.spyOn(process.stderr, 'write').mockReturnValue(true)
    await use(() => write.mock.calls.map(([text]) => String(text)).join(''))
    write.mockRestore()
  },
})

test('`pnpm openapi` writes the document without a database', async ({ folder }) => {
  const { scripts } = JSON.parse(await readFile(new URL('package.json', ROOT), 'utf8'))
  const file = join(folder, 'taskwire.yaml')
  await promisify(exec)(`${scripts.openapi} ${file}`, { cwd: ROOT, env: { PATH: process.env['PATH'] } })
  expect(parse(await readFile(file, 'utf8'))).toMatchObject({ openapi: '3.1.1', info: { title: 'Taskwire' } })
})

test('the ending of the file says in which form', async ({ folder, complaint }) => {
  const file = join(folder, 'taskwire.json')
  expect(await writeDocument([file])).toBe(0)
  expect(JSON.parse(await readFile(file, 'utf8'))).toHaveProperty('paths./tasks.get')
  expect(complaint()).toBe(`Wrote ${file}\n`)
})

test.for([
  [['taskwire.txt'], 'taskwire.txt does not end in .json, .yaml or .yml'],
  [['/nowhere/taskwire.json'], '/nowhere/taskwire.json was not written: there is no such folder'],
  [['a.json', 'b.json'], 'Name one file'],
  [['--form=yaml'], "Unknown option '--form'"],
] as const)('%s is refused in a sentence', async ([args, sentence], { complaint }) => {
  expect(await writeDocument([...args])).toBe(1)
  expect(complaint()).toBe(`${sentence}. See \`pnpm openapi --help\`.\n`)
})
