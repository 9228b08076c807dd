import { readdirSync, readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync, gzipSync } from 'node:zlib'
import { type TemporaryFolder, temporaryFolder } from '@taskwire/prisma/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type CommandDatabase, commandDatabase } from '../testing/command-database.ts'
import { runCommand } from '../testing/run-command.ts'

let folder: TemporaryFolder
let source: CommandDatabase
let target: CommandDatabase
beforeAll(async () => {
  folder = temporaryFolder()
  source = await commandDatabase()
  target = await commandDatabase()
  await using open = await source.open()
  for (const email of ['ada@example.com', 'bob@example.com']) {
    const passwordHash = `$2b$04$${'x'.repeat(53)}`
    const { id: userId } = await open.client.user.create({ data: { email, passwordHash } })
    await open.client.task.create({ data: { userId, title: `Of ${email} 🎉` } })
  }
})
afterAll(async () => {
  await source[Symbol.asyncDispose]()
  await target[Symbol.asyncDispose]()
  folder[Symbol.dispose]()
})

const path = (name: string) => join(folder.path, name)

test('what one database has is moved into another, by a file that only its owner can read', async () => {
  expect(await runCommand(`export ${path('all.jsonl.gz')}`, source.variables)).toMatchObject({
    exitCode: 0,
    results: [`Exported 2 users, 2 tasks to ${path('all.jsonl.gz')}`],
  })
  expect(statSync(path('all.jsonl.gz')).mode & 0o777).toBe(0o600)
  expect(gunzipSync(readFileSync(path('all.jsonl.gz'))).toString()).toMatch(/^\{"type":"header","product":"taskwire"/)

  const imported = await runCommand(`import ${path('all.jsonl.gz')}`, target.variables)
  expect(imported).toMatchObject({ exitCode: 0, results: ['Imported 2 users, 2 tasks'] })
  expect(imported.progress[0]).toBe(`${path('all.jsonl.gz')} is whole: 2 users, 2 tasks`)
  expect(await runCommand(`import ${path('all.jsonl.gz')} --json`, target.variables)).toMatchObject({
    exitCode: 1,
    results: [],
    progress: [expect.anything(), expect.stringMatching(/^The database is not empty: import into a new one/)],
  })
})

test('a summary can be had as JSON', async () => {
  const { results } = await runCommand(`export ${path('json.jsonl')} --json`, source.variables)
  expect(results.map((line) => JSON.parse(line))).toMatchObject([
    { file: path('json.jsonl'), counts: { user: 2, task: 2, link: 0 } },
  ])
  expect(await runCommand('export - --json', source.variables)).toEqual({
    exitCode: 1,
    results: [],
    progress: ['Standard output is where the data goes: leave out --json'],
  })
})

test("one user's own data has no hash in it, and nothing of anybody else, and is not imported", async () => {
  const { results } = await runCommand(`export ${path('ada.jsonl')} --user ADA@example.com`, source.variables)
  expect(results).toEqual([`Exported 1 users, 1 tasks to ${path('ada.jsonl')}`])
  const text = readFileSync(path('ada.jsonl'), 'utf8')
  expect(text).toContain('Of ada@example.com 🎉')
  expect(text).not.toMatch(/bob@example\.com|\$2b\$/)
  expect(await runCommand(`import ${path('ada.jsonl')}`, target.variables)).toEqual({
    exitCode: 1,
    results: [],
    progress: ["This is one user's own data, without what signing in takes: it cannot be imported"],
  })
  expect(await runCommand(`export ${path('eve.jsonl')} --user eve@example.com`, source.variables)).toMatchObject({
    exitCode: 1,
    progress: ['There is no such account or token'],
  })
  expect(readdirSync(folder.path).filter((name) => name.startsWith('eve'))).toEqual([])
})

test.each<[what: string, change: (file: string) => void, says: RegExp]>([
  [
    'cut short',
    (file) => truncateSync(file, statSync(file).size - 1),
    /^The archive is cut short: its end is missing$/,
  ],
  ['empty', (file) => truncateSync(file), /^The archive is empty$/],
  ['a compressed half', (file) => writeFileSync(file, gzipSync(readFileSync(file)).subarray(0, -9)), /cut short/],
  [
    'compressed and altered',
    (file) => writeFileSync(file, gzipSync(readFileSync(file)).fill(0xff, 100, 101)),
    /^The archive (was altered|is cut short)/,
  ],
  ['two in one', (file) => writeFileSync(file, gzipTwice(readFileSync(file))), /^The archive goes on after its end/],
  ['no text', (file) => writeFileSync(file, Buffer.alloc(3_000_000, 0xfe)), /^This is not an archive of Taskwire/],
  [
    'one long line',
    (file) => writeFileSync(file, Buffer.alloc(3_000_000, 0x61)),
    /^This is not an archive of Taskwire/,
  ],
])('a file that is %s is refused in one sentence', async (what, change, says) => {
  const file = path(`${what.replaceAll(' ', '-')}.jsonl`)
  await runCommand(`export ${file}`, source.variables)
  change(file)
  // Before the database is opened: there is none.
  const { exitCode, results, progress } = await runCommand(`import ${file}`, { DATA_DIR: '/dev/null/x' })
  expect({ exitCode, results }).toEqual({ exitCode: 1, results: [] })
  expect(progress).toEqual([expect.stringMatching(says)])
})

test('what cannot be read or written is one sentence', async () => {
  expect(await runCommand(`import ${path('nowhere.jsonl')}`, target.variables)).toMatchObject({
    exitCode: 1,
    progress: [expect.stringMatching(/nowhere\.jsonl cannot be read \(ENOENT: /)],
  })
  expect(await runCommand(`export ${path('no/such/folder.jsonl')}`, source.variables)).toMatchObject({
    exitCode: 1,
    progress: [expect.stringMatching(/folder\.jsonl cannot be written \(ENOENT: /)],
  })
  expect(await runCommand('export /dev/null', source.variables)).toMatchObject({
    exitCode: 1,
    progress: ['/dev/null is not a file: give another name, or - for standard output'],
  })
})

function gzipTwice(bytes: Buffer): Buffer {
  return Buffer.concat([gzipSync(bytes), gzipSync(bytes)])
}
