import { cpSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, expect, test } from 'vitest'
import { isUnavailable } from './errors.ts'
import { openDatabase } from './open-database.ts'
import { preparedDataDir } from './testing/snapshot.ts'
import { temporaryFolder } from './testing/temporary-folder.ts'

const GONE = /The embedded database in .*data was removed or replaced while it was open, and is closed\. Put its folder/

let made: string
beforeAll(async () => {
  made = await preparedDataDir({ migrated: false })
})

async function openCopy() {
  const temporary = temporaryFolder()
  const dataDir = join(temporary.path, 'data')
  cpSync(made, dataDir, { recursive: true })
  const { client, lost, close } = await openDatabase({ dataDir })
  const dispose = () => close().finally(() => temporary[Symbol.dispose]())
  return { dataDir, client, lost, [Symbol.asyncDispose]: dispose }
}

const ways: [string, (dataDir: string) => void][] = [
  ['is removed', (dataDir) => rmSync(dataDir, { recursive: true })],
  ['is moved away', (dataDir) => renameSync(dataDir, `${dataDir}-before`)],
  [
    'is replaced by another',
    (dataDir) => {
      renameSync(dataDir, `${dataDir}-before`)
      cpSync(made, dataDir, { recursive: true })
    },
  ],
]

test.each(ways)('when the folder %s, the next write is refused, and all that comes after', async (_way, remove) => {
  await using database = await openCopy()
  const { client, lost } = database
  await client.$executeRaw`CREATE TABLE written (id int)`
  const write = () => client.$executeRaw`INSERT INTO written VALUES (1)`
  expect(await write()).toBe(1)
  remove(database.dataDir)
  const refusal = await write().catch((error: unknown) => error)
  expect(refusal).toMatchObject({ message: expect.stringMatching(GONE) })
  expect(isUnavailable(refusal)).toBe(true)
  expect((await lost).message).toMatch(GONE)
  await expect(client.$queryRaw`SELECT 1`).rejects.toThrow(GONE)
  await expect(client.$transaction((transaction) => transaction.$queryRaw`SELECT 1`)).rejects.toThrow(GONE)
})

test.concurrent.each(ways)(
  'when the folder %s while nobody writes, that is noticed within seconds',
  async (_way, remove) => {
    await using database = await openCopy()
    remove(database.dataDir)
    expect((await database.lost).message).toMatch(GONE)
  },
)
