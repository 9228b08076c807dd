import {
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import {
  type ArchiveRequest,
  exportAccountArchive,
  exportArchive,
  listChanges,
  readArchiveRequest,
  sendArchive,
} from '@taskwire/domain'
import { listenInFolder, type OpenDatabase } from '@taskwire/prisma'
import { type TemporaryFolder, temporaryFolder } from '@taskwire/prisma/testing'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type CommandDatabase, embeddedDatabase, keepOpen } from '../testing/command-database.ts'
import { runCommand } from '../testing/run-command.ts'

const policy = { passwordMinLength: 8, refreshIdleTtlSeconds: 60, refreshAbsoluteTtlSeconds: 60 }

let database: CommandDatabase
let folder: TemporaryFolder
beforeAll(async () => {
  database = await embeddedDatabase()
  folder = temporaryFolder()
})
afterAll(async () => {
  await database[Symbol.asyncDispose]()
  folder[Symbol.dispose]()
})

const path = (name: string) => join(folder.path, name)
const run = (line: string) => runCommand(line, database.variables)
const dataDir = () => database.variables['DATA_DIR'] ?? ''

describe('of a database that is open', () => {
  let open: OpenDatabase
  let userId: string
  beforeAll(async () => {
    open = await keepOpen(database)
    const { id } = await open.client.user.create({ data: { email: 'ada@example.com' } })
    userId = id
    await write(3)
  })
  afterAll(() => open.close())

  const write = async (count: number) => {
    await open.client.task.createMany({ data: Array.from({ length: count }, () => ({ userId, title: 'Task' })) })
  }
  const rowsOf = () => open.client.task.findMany({ orderBy: { id: 'asc' } })

  test('a backup is a file that only its owner may read', async () => {
    const file = path('mode.jsonl')
    expect(await run(`backup ${file}`)).toMatchObject({ exitCode: 0, results: [`Backed up 4 records to ${file}`] })
    expect(statSync(file).mode & 0o777).toBe(0o600)
  })

  test('a file that is there is replaced only where that is asked for', async () => {
    const file = path('precious')
    writeFileSync(file, 'precious')
    expect(await run(`backup ${file}`)).toEqual({
      exitCode: 1,
      results: [],
      progress: [`${file} is there already: give another name, or --force to replace it`],
    })
    expect(readFileSync(file, 'utf8')).toBe('precious')
    expect((await run(`backup ${file} --force --json`)).results.map((line) => JSON.parse(line))).toEqual([
      { file, records: 4 },
    ])
  })

  test('a link is followed, and stays one', async () => {
    mkdirSync(path('disk'))
    symlinkSync(path('disk/first'), path('link'))
    expect(await run(`backup ${path('link')}`)).toMatchObject({ exitCode: 0 })
    expect(lstatSync(path('link')).isSymbolicLink()).toBe(true)
    expect(readdirSync(path('disk'))).toEqual(['first'])
    expect((await run(`backup ${path('link')}`)).exitCode).toBe(1)

    symlinkSync(path('round'), path('about'))
    symlinkSync(path('about'), path('round'))
    expect((await run(`backup ${path('round')}`)).progress).toEqual([
      expect.stringMatching(/cannot be written \(ELOOP/),
    ])
  })

  test('a backup that is cut short or altered is refused before anything is touched', async () => {
    await run(`backup ${path('whole')}`)
    const before = readdirSync(dataDir())
    const whole = readFileSync(path('whole'), 'utf8')
    for (const broken of [whole.slice(0, -20), whole.replace('taskwire', 'tastwire'), '', 'x']) {
      writeFileSync(path('broken'), broken)
      const { exitCode, progress } = await run(`restore ${path('broken')}`)
      expect([exitCode, progress.length]).toEqual([1, 1])
      expect(progress[0]).toMatch(/^(The archive|This is not an archive)/)
    }
    expect(readdirSync(dataDir())).toEqual(before)
  })

  test('the process that has it open is asked for it, and says what it cannot make', async () => {
    const requests: ArchiveRequest[] = []
    const close = await listenInFolder(dataDir(), async (socket) => {
      const request = await readArchiveRequest(socket)
      requests.push(request)
      if (request.email === null) return sendArchive(exportArchive(open), socket)
      await sendArchive(exportAccountArchive(open, { policy }, request.email), socket).catch(() => {})
    })
    try {
      expect((await run(`backup ${path('asked')}`)).results).toEqual([`Backed up 4 records to ${path('asked')}`])
      expect((await run(`export ${path('all')}`)).results).toEqual([`Exported 1 users, 3 tasks to ${path('all')}`])
      expect(await run(`export ${path('ada')} --user ada@example.com --json`)).toMatchObject({ exitCode: 0 })
      expect(readFileSync(path('ada'), 'utf8')).toContain('"scope":"account"')
      expect(await run(`export ${path('eve')} --user eve@example.com`)).toEqual({
        ...{ exitCode: 1, results: [], progress: ['There is no such account or token'] },
      })
      expect(existsSync(path('eve'))).toBe(false)
    } finally {
      close()
    }
    const of = (email: string | null) => ({ email })
    expect(requests).toEqual([of(null), of(null), of('ada@example.com'), of('eve@example.com')])
  })

  test('what is restored is what was backed up, the old database is kept, and every client starts over', async () => {
    const rows = await rowsOf()
    await run(`backup ${path('good.jsonl.gz')}`)
    await write(40)
    await open.close()

    const { exitCode, results } = await run(`restore ${path('good.jsonl.gz')}`)
    expect([exitCode, results[0]]).toEqual([0, 'Restored 1 users, 3 tasks; every client reads everything again'])
    const kept = readdirSync(dataDir()).find((name) => name.startsWith('postgres.before-'))
    expect(results[1]).toBe(
      `What was there before is kept in ${join(dataDir(), kept ?? '')}: delete it when all is well`,
    )
    open = await keepOpen(database)
    expect(await rowsOf()).toEqual(rows)
    await write(60)
    expect(await listChanges(open.client, userId, { since: 43, limit: 1 })).toMatchObject({ reset: true })
  })
})

test('on a PostgreSQL server both say what to use', async () => {
  const file = path('none')
  const variables = { DATABASE_URL: 'postgresql://127.0.0.1:1/nowhere' }
  expect((await runCommand(`backup ${file}`, variables)).progress).toEqual([
    'DATABASE_URL names a PostgreSQL server: use pg_dump, or `pnpm taskwire export`',
  ])
  expect((await runCommand(`restore ${file}`, variables)).progress).toEqual([
    'DATABASE_URL names a PostgreSQL server: use pg_restore, or `pnpm taskwire import` into an empty database',
  ])
})

test('where there is no database, none is made', async () => {
  const nowhere = path('nowhere')
  expect((await runCommand(`backup ${path('none')}`, { DATA_DIR: nowhere })).progress).toEqual([
    `There is no embedded database in ${nowhere}`,
  ])
  expect([existsSync(nowhere), existsSync(path('none'))]).toEqual([false, false])
})
