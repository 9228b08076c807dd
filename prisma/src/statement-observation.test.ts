import { beforeAll, beforeEach, expect, test } from 'vitest'
import type { Driver } from './driver.ts'
import { type EndedStatement, fromOrigin } from './statement-observation.ts'
import { failureOf } from './testing/failure-of.ts'
import { freshDriver } from './testing/fresh-driver.ts'

const seen: EndedStatement[] = []
let driver: Driver
beforeAll(async () => {
  driver = await freshDriver({ migrated: true, onStatement: (statement) => seen.push(statement) })
  return () => driver.close()
})
beforeEach(() => {
  seen.length = 0
})

const origin = { requestId: 'edge-1', procedure: 'task.list' }
const sqlOf = ({ sql }: EndedStatement) => sql.replace(/^(\w+)[\s\S]*/, '$1')

test('a statement is told with its text, its time and who asked for it, and without its values', async () => {
  await fromOrigin(origin, async () => await driver.client.$queryRaw`SELECT ${'canary'}::text AS text`)
  expect(seen).toEqual([
    {
      sql: 'SELECT $1::text AS text',
      milliseconds: expect.any(Number),
      error: undefined,
      origin,
      backend: driver.kind === 'server' ? expect.any(Number) : undefined,
    },
  ])
})

test('what nobody calls for has no origin', async () => {
  await driver.client.user.count()
  expect(seen).toMatchObject([{ origin: undefined, sql: expect.stringContaining('"users"') }])
})

test('of a transaction each statement is told, and how it began and ended', async () => {
  await fromOrigin(origin, () => driver.client.$transaction((transaction) => transaction.user.count()))
  expect(seen.map(sqlOf)).toEqual(['BEGIN', 'SELECT', 'COMMIT'])
  expect(seen.map((statement) => statement.origin)).toEqual([origin, origin, origin])

  seen.length = 0
  const fail = async () => {
    throw new Error('No')
  }
  await failureOf(driver.client.$transaction(fail))
  expect(seen.map(sqlOf)).toEqual(['BEGIN', 'ROLLBACK'])
})

test('one that fails is told with its error', async () => {
  await failureOf(driver.client.$executeRaw`INSERT INTO tasks (user_id) VALUES (NULL)`)
  expect(seen).toMatchObject([{ error: expect.any(Error) }])
})

test('calls that wait for the same connection keep their names apart', async () => {
  const ids = Array.from({ length: 40 }, (_, index) => String(index))
  await Promise.all(
    ids.map((requestId) =>
      fromOrigin({ ...origin, requestId }, async () => {
        await driver.client.$queryRawUnsafe(`SELECT ${requestId}, pg_sleep(0.005)::text`)
        await driver.client.$transaction((transaction) => transaction.$queryRawUnsafe(`SELECT ${requestId}`))
      }),
    ),
  )
  const told = seen.filter(({ sql }) => sql.startsWith('SELECT'))
  expect(told).toHaveLength(80)
  for (const { sql, origin } of told) expect(sql).toMatch(new RegExp(`^SELECT ${origin?.requestId}(,|$)`))
})

test('the connections are counted', async () => {
  expect(driver.connections().waiting).toBe(0)
  const { most } = driver.connections()
  const waiting: number[] = []
  const work = () =>
    driver.client.$transaction(async (transaction) => {
      waiting.push(driver.connections().waiting)
      await transaction.user.count()
    })
  await Promise.all(Array.from({ length: most + 3 }, work))
  expect(Math.max(...waiting)).toBe(3)
  expect(driver.connections()).toMatchObject({ idle: driver.connections().open, waiting: 0 })
})
