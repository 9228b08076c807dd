import { freshDatabase, testDatabase } from '@taskwire/prisma/testing'
import { describe, expect, test, vi } from 'vitest'
import { testServer } from './testing/test-server.ts'

test('a process that lives says so, whatever the state of the database', async () => {
  const db = await freshDatabase()
  await using server = await testServer(db)
  await db.close()
  const response = await fetch(`${server.url}/livez`)
  expect(response.status).toBe(200)
  expect(await response.json()).toEqual({ status: 'alive' })
})

describe('health', () => {
  test('is good while the database answers', async () => {
    await using server = await testServer(await testDatabase())
    const response = await fetch(`${server.url}/health`)
    expect(response.status).toBe(200)
    expect(response.headers.get('cache-control')).toBe('no-store')
    expect(await response.json()).toEqual({
      status: 'healthy',
      database: { status: 'up', latencyMs: expect.any(Number) },
    })
  })

  test('is bad when the database is gone', async () => {
    const db = await freshDatabase()
    await using server = await testServer(db)
    await db.close()
    const response = await fetch(`${server.url}/health`)
    expect(response.status).toBe(503)
    expect(await response.json()).toEqual({ status: 'unhealthy', reason: 'database', database: { status: 'down' } })
  })

  test('is bad, and known within three seconds, when the database does not answer', async () => {
    const db = await testDatabase()
    await using server = await testServer({ ...db, ping: () => new Promise<never>(() => {}) })
    const response = await fetch(`${server.url}/health`, { signal: AbortSignal.timeout(3_000) })
    expect(response.status).toBe(503)
    expect(await response.json()).toEqual({ status: 'unhealthy', reason: 'database', database: { status: 'down' } })
  })

  test('is bad once the shutdown has begun, also for who has just asked, and without waiting for the database', async () => {
    const db = await testDatabase()
    let asked = 0
    let answer = (_latency: number) => {}
    const ping = () => {
      asked += 1
      return new Promise<number>((resolve) => {
        answer = resolve
      })
    }
    await using server = await testServer({ ...db, ping })
    const before = fetch(`${server.url}/health`)
    await vi.waitFor(() => expect(asked).toBe(1))
    server.readiness.ready = false
    const response = await fetch(`${server.url}/health`)
    expect(response.status).toBe(503)
    expect(await response.json()).toEqual({ status: 'unhealthy', reason: 'draining' })
    answer(1)
    expect((await before).status).toBe(503)
  })
})
