import { chmodSync, cpSync, readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import type { OpenDatabase } from './driver.ts'
import { isUniqueViolation } from './errors.ts'
import { openDatabase } from './open-database.ts'
import { preparedDataDir } from './testing/snapshot.ts'
import { type TemporaryFolder, temporaryFolder } from './testing/temporary-folder.ts'

let temporary: TemporaryFolder
let dataDir: string
const opened: OpenDatabase[] = []

let made: string
beforeAll(async () => {
  made = await preparedDataDir({ migrated: false })
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
  cpSync(made, dataDir, { recursive: true })
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
  cpSync(made, dataDir, { recursive: true })
  for (const name of readdirSync(dataDir, { recursive: true, encoding: 'utf8' })) {
    const path = join(dataDir, name)
    chmodSync(path, statSync(path).isDirectory() ? 0o755 : 0o666)
  }
  chmodSync(dataDir, 0o755)
  await open()
  expect(openToOthers()).toEqual([])
})

withModes('a folder that many share is left as it is, and PostgreSQL’s in it is its owner’s', async () => {
  cpSync(made, dataDir, { recursive: true })
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
