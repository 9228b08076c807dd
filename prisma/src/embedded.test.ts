import { chmodSync, cpSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { isUnavailable, isUniqueViolation } from './errors.ts'
import { type OpenDatabase, openDatabase } from './open-database.ts'
import { temporaryFolder } from './testing/temporary-folder.ts'

let temporary: ReturnType<typeof temporaryFolder>
let dataDir: string
const opened: OpenDatabase[] = []

// Copying a database takes a fraction of the time that making one takes.
let made: ReturnType<typeof temporaryFolder>
beforeAll(async () => {
  made = temporaryFolder()
  await using database = await openDatabase({ dataDir: made.path })
  await database.client.$executeRaw`CREATE TABLE written (id int)`
  return () => made[Symbol.dispose]()
})
beforeEach(() => {
  temporary = temporaryFolder()
  dataDir = join(temporary.path, 'data')
})
afterEach(async () => {
  await Promise.all(opened.splice(0).map((database) => database.close()))
  temporary[Symbol.dispose]()
})

async function open(): Promise<OpenDatabase> {
  const database = await openDatabase({ dataDir })
  opened.push(database)
  return database
}

async function openCopy(): Promise<OpenDatabase> {
  cpSync(made.path, dataDir, { recursive: true })
  return open()
}

/** What others than the owner may do something with: files, folders and sockets. */
function openToOthers(): string[] {
  return [dataDir, ...readdirSync(dataDir, { recursive: true, encoding: 'utf8' }).map((name) => join(dataDir, name))]
    .filter((path) => (statSync(path).mode & 0o077) !== 0)
    .map((path) => `${path} ${(statSync(path).mode & 0o777).toString(8)}`)
}

const withModes = test.runIf(process.platform !== 'win32')

withModes('the folder and all that is in it is its owner’s alone, also what is made while it is open', async () => {
  const { client } = await open()
  expect(openToOthers()).toEqual([])
  await client.$executeRaw`CREATE TABLE later AS SELECT i, repeat('x', 1000) FROM generate_series(1, 20000) i`
  await client.$executeRaw`VACUUM ANALYZE later`
  await client.$queryRaw`SELECT pg_switch_wal()::text`
  await client.$executeRaw`INSERT INTO later VALUES (0, 'in the next segment of the log')`
  expect(
    readdirSync(join(dataDir, 'postgres/pg_wal')).filter((name) => /^[\dA-F]{24}$/.test(name)).length,
  ).toBeGreaterThan(1)
  expect(openToOthers()).toEqual([])
})

withModes('a folder that was open to others is closed to them when it is opened', async () => {
  cpSync(made.path, dataDir, { recursive: true })
  for (const name of readdirSync(dataDir, { recursive: true, encoding: 'utf8' })) {
    const path = join(dataDir, name)
    chmodSync(path, statSync(path).isDirectory() ? 0o755 : 0o666)
  }
  chmodSync(dataDir, 0o755)
  await open()
  expect(openToOthers()).toEqual([])
})

withModes('a folder that many share is left as it is, and PostgreSQL’s in it is its owner’s', async () => {
  cpSync(made.path, dataDir, { recursive: true })
  chmodSync(dataDir, 0o1777)
  await open()
  expect(openToOthers()).toEqual([`${dataDir} 777`])
})

test('a commit that PostgreSQL refuses is not answered as if it were done', async () => {
  const { client } = await openCopy()
  await client.$executeRaw`CREATE TABLE late (id int UNIQUE DEFERRABLE INITIALLY DEFERRED)`
  const twice = client.$transaction(async (transaction) => {
    await transaction.$executeRaw`INSERT INTO late VALUES (1)`
    await transaction.$executeRaw`INSERT INTO late VALUES (1)`
  })
  expect(await twice.catch(isUniqueViolation)).toBe(true)
  expect(await client.$queryRaw`SELECT count(*)::int AS count FROM late`).toEqual([{ count: 0 }])
})

const GONE = /The embedded database in .*data was removed or replaced while it was open, and is closed\. Put its folder/

const ways: [string, () => void][] = [
  ['is removed', () => rmSync(dataDir, { recursive: true })],
  ['is moved away', () => renameSync(dataDir, `${dataDir}-before`)],
  [
    'is replaced by another',
    () => {
      renameSync(dataDir, `${dataDir}-before`)
      cpSync(made.path, dataDir, { recursive: true })
    },
  ],
]

test.each(ways)('when the folder %s, the next write is refused, and all that comes after', async (_way, remove) => {
  const { client, lost } = await openCopy()
  const write = () => client.$executeRaw`INSERT INTO written VALUES (1)`
  expect(await write()).toBe(1)
  remove()
  const refusal = await write().catch((error: unknown) => error)
  expect(refusal).toMatchObject({ message: expect.stringMatching(GONE) })
  expect(isUnavailable(refusal)).toBe(true)
  expect((await lost).message).toMatch(GONE)
  await expect(client.$queryRaw`SELECT 1`).rejects.toThrow(GONE)
  await expect(client.$transaction((transaction) => transaction.$queryRaw`SELECT 1`)).rejects.toThrow(GONE)
})

test.each(ways)('when the folder %s while nobody writes, that is noticed within seconds', async (_way, remove) => {
  const { lost } = await openCopy()
  remove()
  expect((await lost).message).toMatch(GONE)
})
