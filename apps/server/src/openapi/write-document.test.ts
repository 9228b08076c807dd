import { exec } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { temporaryFolder } from '@taskwire/prisma/testing'
import { expect, test, vi } from 'vitest'
import { parse } from 'yaml'
import { writeDocument } from './write-document.ts'

const ROOT = new URL('../../../../', import.meta.url)

test('`pnpm openapi` writes the document without a database', async () => {
  using folder = temporaryFolder()
  const { scripts } = JSON.parse(await readFile(new URL('package.json', ROOT), 'utf8'))
  const file = join(folder.path, 'taskwire.yaml')
  await promisify(exec)(`${scripts.openapi} ${file}`, { cwd: ROOT, env: { PATH: process.env['PATH'] } })
  expect(parse(await readFile(file, 'utf8'))).toMatchObject({ openapi: '3.1.1', info: { title: 'Taskwire' } })
})

test('the ending of the file says in which form', async () => {
  using folder = temporaryFolder()
  using complaint = vi.spyOn(process.stderr, 'write').mockReturnValue(true)
  const file = join(folder.path, 'taskwire.json')
  expect(await writeDocument([file])).toBe(0)
  expect(JSON.parse(await readFile(file, 'utf8'))).toHaveProperty('paths./tasks.get')
  expect(complaint).toHaveBeenCalledExactlyOnceWith(`Wrote ${file}\n`)
})

test.for([
  [['taskwire.txt'], 'taskwire.txt does not end in .json, .yaml or .yml'],
  [['/nowhere/taskwire.json'], '/nowhere/taskwire.json was not written: there is no such folder'],
  [['a.json', 'b.json'], 'Name one file'],
  [['--form=yaml'], "Unknown option '--form'"],
] as const)('%s is refused in a sentence', async ([args, sentence]) => {
  using complaint = vi.spyOn(process.stderr, 'write').mockReturnValue(true)
  expect(await writeDocument([...args])).toBe(1)
  expect(complaint).toHaveBeenCalledExactlyOnceWith(`${sentence}. See \`pnpm openapi --help\`.\n`)
})
