import { setTimeout as sleep } from 'node:timers/promises'
import { openChangeStream, registeredCalls } from '@taskwire/router/testing'
import { expect } from 'vitest'
import { testWith } from '../testing/fixture.ts'
import { registeredRestCalls } from '../testing/rest-calls.ts'
import { growth, scrape } from '../testing/scraped.ts'
import { send } from '../testing/send.ts'
import { testServer } from '../testing/test-server.ts'

const test = testWith({})

test('a batch of three calls is three calls, each with its reason, and one request', async ({ server }) => {
  const { token } = await registeredCalls(server)
  const before = await scrape(server)
  const input = encodeURIComponent(JSON.stringify({ 1: { json: { id: crypto.randomUUID() } } }))
  await send(server, {
    method: 'GET',
    path: `/trpc/task.list,task.get,auth.me?batch=1&input=${input}`,
    headers: { authorization: `Bearer ${token}`, 'taskwire-client': '0.9.1' },
  })
  const after = await scrape(server)
  expect(growth('taskwire_calls_total', before, after)).toEqual({
    '{procedure="task.list",type="query",reason="ok"}': 1,
    '{procedure="task.get",type="query",reason="NOT_FOUND"}': 1,
    '{procedure="auth.me",type="query",reason="ok"}': 1,
  })
  expect(growth('taskwire_call_duration_seconds_count', before, after)).toEqual({
    '{procedure="task.list",outcome="ok"}': 1,
    '{procedure="task.get",outcome="refused"}': 1,
    '{procedure="auth.me",outcome="ok"}': 1,
  })
  expect(growth('taskwire_http_requests_total', before, after)).toMatchObject({
    '{route="/trpc",method="GET",status="207"}': 1,
  })
  expect(after.get('taskwire_client_calls_total{version="0.9.1"}')).toBeGreaterThanOrEqual(2)
})

test('calls by REST are counted by procedure, and their requests by the pattern of the path', async ({ server }) => {
  const { call } = await registeredRestCalls(server)
  const before = await scrape(server)
  await call('POST', '/tasks', { body: { title: 'Write' } })
  await call('GET', `/tasks/${crypto.randomUUID()}`)
  const after = await scrape(server)
  expect(growth('taskwire_calls_total', before, after)).toEqual({
    '{procedure="task.create",type="mutation",reason="ok"}': 1,
    '{procedure="task.get",type="query",reason="NOT_FOUND"}': 1,
  })
  expect(growth('taskwire_http_requests_total', before, after)).toMatchObject({
    '{route="/api/tasks",method="POST",status="201"}': 1,
    '{route="/api/tasks/:id",method="GET",status="404"}': 1,
  })
})

test('a stream is open until it ends, is a call then, and tells how late its changes came', async ({ server }) => {
  const ada = await registeredCalls(server)
  const before = await scrape(server)
  const told: unknown[] = []
  const stream = openChangeStream({ url: server.url, token: ada.token, onChange: (change) => told.push(change) })
  await stream.connected
  // It has to have read where it begins: what comes before is no news to it.
  await expect.poll(async () => (await scrape(server)).get('taskwire_streams_open')).toBe(1)
  await sleep(200)
  await ada.mutate('task.create', { json: { title: 'Write' } })
  await expect.poll(() => told.length).toBe(1)
  stream.cut()
  const ended = '{procedure="change.stream",type="subscription",reason="ok"}'
  await expect
    .poll(async () => growth('taskwire_calls_total', before, await scrape(server)))
    .toMatchObject({ [ended]: 1 })
  const after = await scrape(server)
  expect(after.get('taskwire_streams_open')).toBe(0)
  expect(after.get('taskwire_feed_lag_seconds_count')).toBe(1)
  expect(after.get('taskwire_feed_lag_seconds_sum')).toBeLessThan(10)
  expect(after.has('taskwire_call_duration_seconds_count{procedure="change.stream",outcome="ok"}')).toBe(false)
})

test('a limit that is hit, and what is written to the audit log, are counted', async ({ db }) => {
  await using server = await testServer(db, {
    services: { limitStore: { redis: null, multiplier: 1 } },
  })
  const wrong = { email: 'nobody@example.com', password: 'a wrong one' }
  for (let attempt = 0; attempt < 6; attempt += 1) {
    await send(server, { method: 'POST', path: '/trpc/auth.login', body: { json: wrong } })
  }
  const told = await scrape(server)
  expect(told.get('taskwire_limit_refusals_total{limit="passwordFailures"}')).toBe(1)
  expect(told.get('taskwire_security_events_total{event="signInFailed"}')).toBe(5)
})

test('whatever clients make up, there are no more series than before', async ({ server }) => {
  const { token } = await registeredCalls(server)
  const makeUp = async (number: number) => {
    const headers = { 'taskwire-client': `1.0.${number}`, 'x-request-id': `${number}` }
    const paths = [
      `/trpc/made.up${number}`,
      `/api/${number}`,
      `/api/tasks/${number}`,
      `/${number}`,
      `/METRICS/${number}`,
    ]
    for (const path of paths) await send(server, { method: number % 2 ? 'GET' : 'POST', path, headers })
    // Good calls of a user who has an account: only these teach a version.
    const known = { ...headers, authorization: `Bearer ${token}` }
    await send(server, { method: number % 3 ? 'GET' : 'PROPFIND', path: '/trpc/auth.me', headers: known })
  }
  for (let number = 0; number < 30; number += 1) await makeUp(number)
  const { size } = await scrape(server)
  for (let number = 30; number < 60; number += 1) await makeUp(number)
  const told = await scrape(server)
  expect(told.size).toBe(size)
  const versions = [...told.keys()].filter((series) => series.startsWith('taskwire_client_calls_total'))
  expect(versions.length).toBeLessThanOrEqual(22)
  expect(told.get('taskwire_client_calls_total{version="other"}')).toBeGreaterThan(0)
})
