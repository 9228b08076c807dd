import fs, { cpSync, readdirSync, readlinkSync, statSync } from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'
import { join, relative } from 'node:path'
import { afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest'
import { isUnavailable } from './errors.ts'
import { openDatabase } from './open-database.ts'
import { temporaryFolder } from './testing/temporary-folder.ts'

let temporary: ReturnType<typeof temporaryFolder>
let dataDir: string

// Copying a database takes a fraction of the time that making one takes.
let made: ReturnType<typeof temporaryFolder>
const syncedAtFirst = new Set<string>()
let filesAtFirst: string[]
beforeAll(async () => {
  made = temporaryFolder()
  onSync((path) => syncedAtFirst.add(path))
  await using database = await openDatabase({ dataDir: made.path })
  const folder = join(made.path, 'postgres')
  filesAtFirst = readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((name) => join(folder, name))
  await database.client.$executeRaw`CREATE TABLE written (id int)`
  restore()
  return () => made[Symbol.dispose]()
})
beforeEach(() => {
  temporary = temporaryFolder()
  dataDir = join(temporary.path, 'data')
  cpSync(made.path, dataDir, { recursive: true })
})
afterEach(() => {
  restore()
  temporary[Symbol.dispose]()
})

function restore(): void {
  vi.restoreAllMocks()
  syncBuiltinESMExports()
}

/** Which file a descriptor is of. */
const pathOf = (file: number) => readlinkSync(`/proc/self/fd/${file}`)

function onSync(listener: (path: string) => void): void {
  const { fsyncSync } = fs
  vi.spyOn(fs, 'fsyncSync').mockImplementation((file) => {
    fsyncSync(file)
    listener(pathOf(file))
  })
  syncBuiltinESMExports()
}

const onLinux = test.runIf(process.platform === 'linux')

onLinux('a new database is brought to the disk as a whole', () => {
  expect(filesAtFirst.length).toBeGreaterThan(500)
  // Those that PostgreSQL needs only while it runs are made anew at each start.
  const needed = filesAtFirst.filter((path) => !/\.pid$|pg_internal\.init$/.test(path))
  expect(needed.filter((path) => !syncedAtFirst.has(path))).toEqual([])
})

onLinux(
  'after a power cut, which leaves what had been brought to the disk, every answered write is there',
  async () => {
    // Each file as it was when it was last synced.
    const kept = join(temporary.path, 'kept')
    cpSync(dataDir, kept, { recursive: true })
    let syncs = 0
    onSync((path) => {
      syncs += 1
      if (statSync(path).isFile()) cpSync(path, join(kept, relative(dataDir, path)))
    })
    const { client, close } = await openDatabase({ dataDir })
    let answered = 0
    const write = async () => {
      await client.$executeRaw`INSERT INTO written VALUES (${answered})`
      answered += 1
    }
    for (let count = 0; count < 5; count += 1) await write()
    await client.$executeRaw`CHECKPOINT`
    const before = syncs
    for (let count = 0; count < 5; count += 1) await write()
    await client.$transaction((transaction) => transaction.$executeRaw`INSERT INTO written VALUES (${answered})`)
    answered += 1
    expect(syncs - before).toBeGreaterThanOrEqual(6)
    const written = syncs
    for (let count = 0; count < 10; count += 1) await client.$queryRaw`SELECT count(*) FROM written`
    expect(syncs, 'reading has nothing to sync').toBe(written)

    restore()
    await using found = await openDatabase({ dataDir: kept })
    expect(await found.client.$queryRaw`SELECT array_agg(id ORDER BY id) AS ids FROM written`).toEqual([
      { ids: Array.from({ length: answered }, (_, id) => id) },
    ])
    await close()
  },
)

/** A disk on which PostgreSQL's log cannot be written any more. */
function breakLog(operation: 'writeSync' | 'fsyncSync', code: string): void {
  const works = fs[operation] as (file: number, ...rest: unknown[]) => number
  vi.spyOn(fs, operation as 'fsyncSync').mockImplementation((file, ...rest) => {
    if (pathOf(file).includes('/pg_wal/')) throw Object.assign(new Error(code), { code })
    return works(file, ...rest)
  })
  syncBuiltinESMExports()
}

const failures = [
  ['is full', 'writeSync', 'ENOSPC', 'No space left on device'],
  ['fails', 'fsyncSync', 'EIO', 'I/O error'],
] as const

onLinux.each(failures)(
  'when the disk %s, no write is answered, the reason is said, and what was answered is there',
  async (_what, operation, code, says) => {
    const { client, lost, close } = await openDatabase({ dataDir })
    await client.$executeRaw`INSERT INTO written VALUES (1)`
    breakLog(operation, code)
    const write = () => client.$transaction((transaction) => transaction.$executeRaw`INSERT INTO written VALUES (2)`)
    const refusal = await write().catch((error: unknown) => error)
    expect(isUnavailable(refusal)).toBe(true)
    // PGlite alone would never come back from here.
    await expect(write()).rejects.toThrow(says)
    expect((await lost).message).toMatch(
      new RegExp(`^The embedded database in .*data has stopped \\(.*${says}\\)\\. What was acknowledged is there: `),
    )
    restore()
    await close()
    await using found = await openDatabase({ dataDir })
    // A write that was not answered may be there as well, as with every database.
    expect(await found.client.$queryRaw`SELECT id FROM written`).toContainEqual({ id: 1 })
  },
)
