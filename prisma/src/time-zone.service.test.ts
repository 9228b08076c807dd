import { beforeAll, expect, test } from 'vitest'
import { openDatabase } from './open-database.ts'
import { newUser } from './testing/rows.ts'
import { freshServerUrl } from './testing/server-url.ts'

let url: string
beforeAll(async () => {
  url = await freshServerUrl()
  await using database = await openDatabase({ url, dataDir: '' })
  const name = new URL(url).pathname.slice(1)
  await database.client.$executeRawUnsafe(`ALTER DATABASE "${name}" SET timezone TO 'Europe/Berlin'`)
  await database.client.$executeRawUnsafe(`ALTER DATABASE "${name}" SET datestyle TO 'SQL, DMY'`)
})

// Berlin's clocks went forward at 2026-03-29T01:00Z and go back at 2026-10-25T01:00Z.
const INSTANTS = [
  '2026-03-29T00:59:59.999Z',
  '2026-03-29T01:00:00.000Z',
  '2026-03-29T01:30:00.000Z',
  '2026-10-25T00:30:00.000Z',
  '2026-10-25T01:00:00.000Z',
  '2026-10-25T01:30:00.001Z',
  '2026-01-15T12:00:00.000Z',
  '2026-07-15T12:00:00.000Z',
  '1970-01-01T00:00:00.000Z',
]

test.each([
  { way: 'straight to the server', direct: undefined },
  { way: 'through a pooler', direct: 'postgresql://direct' },
])('$way, dates survive a database in Berlin time', async ({ direct }) => {
  await using database = await openDatabase({ url, directUrl: direct, dataDir: '' })
  const { client } = database
  const userId = await newUser(client)
  for (const instant of INSTANTS) {
    const dueAt = new Date(instant)
    const { id } = await client.task.create({ data: { userId, title: instant, dueAt } })
    const read = await client.task.findUniqueOrThrow({ where: { userId_id: { userId, id } } })
    expect(read.dueAt).toEqual(dueAt)
    expect(Math.abs(read.createdAt.getTime() - Date.now())).toBeLessThan(10_000)
    expect(await client.task.count({ where: { userId, id, dueAt: { equals: dueAt } } })).toBe(1)

    const [raw] = await client.$queryRaw<{ epoch: number; dueAt: Date }[]>`
      SELECT extract(epoch FROM due_at)::float8 * 1000 AS epoch, due_at AS "dueAt"
      FROM tasks WHERE user_id = ${userId}::uuid AND due_at = ${dueAt}`
    expect(raw).toEqual({ epoch: dueAt.getTime(), dueAt })
  }
})

test('migrations go down and up on a database that writes dates its own way', async () => {
  await using database = await openDatabase({ url, dataDir: '' })
  const { migrations } = database
  const { applied } = await migrations.status()
  expect(applied.map(({ appliedAt }) => appliedAt.getFullYear())).toEqual(applied.map(() => new Date().getFullYear()))
  const takenBack = await migrations.down()
  expect(await migrations.up()).toEqual(takenBack)
})
