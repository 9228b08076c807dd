import { setTimeout as sleep } from 'node:timers/promises'
import type { RunningCall } from '@taskwire/router'
import { beforeEach, expect, test } from 'vitest'
import { type LogLine, recordedLog } from '../testing/recorded-log.ts'
import { createOutageLog, type OutageLog } from './outage-log.ts'

let log: LogLine[]
let running: RunningCall[]
let outages: OutageLog
beforeEach(() => {
  const recorded = recordedLog('info')
  log = recorded.log
  running = []
  outages = createOutageLog({
    logger: recorded.logger,
    connections: () => ({ most: 5, open: 5, idle: 0, waiting: 195 }),
    running,
  })
})

function fail(code: string, message = 'As asked', reason: 'UNAVAILABLE' | 'INTERNAL' = 'UNAVAILABLE'): void {
  const cause = Object.assign(new Error(message), { code })
  outages.callFailed({ reason, cause, procedure: 'task.list', requestId: 'edge-1' })
}
const origin = { requestId: 'edge-2', procedure: 'task.create' }
const succeed = (sql = 'SELECT 1') => outages.statementEnded({ sql, error: undefined, origin })
const messages = () => log.map(({ msg }) => msg)

test('a database that is away is told of once, with its cause, and once when it is back', async () => {
  for (let call = 0; call < 400; call += 1) fail('ECONNREFUSED', 'connect ECONNREFUSED 127.0.0.1:5432')
  expect(log).toMatchObject([
    {
      level: 50,
      req: { id: 'edge-1' },
      procedure: 'task.list',
      cause: { kind: 'unreachable', code: 'ECONNREFUSED' },
      err: { stack: expect.stringContaining('outage-log.test.ts') },
      msg: 'The database is away: connect ECONNREFUSED 127.0.0.1:5432',
    },
  ])
  succeed()
  await expect
    .poll(messages, { timeout: 5_000 })
    .toEqual([
      'The database is away: connect ECONNREFUSED 127.0.0.1:5432',
      expect.stringMatching(/^The database is back, after 0(\.\d)? s; 400 calls failed$/),
    ])
})

test('one that fails again right after an answer is still away', async () => {
  fail('ECONNREFUSED')
  for (let time = 0; time < 5; time += 1) {
    succeed()
    await sleep(50)
    fail('57P03')
  }
  expect(messages()).toEqual(['The database is away: As asked'])
})

test('connections that are lost, and a server that then cannot be reached, are one outage', async () => {
  fail('57P01', 'terminating connection due to administrator command')
  fail('57P01')
  fail('ECONNREFUSED')
  fail('ECONNREFUSED')
  succeed()
  await expect
    .poll(messages, { timeout: 5_000 })
    .toEqual([
      'A connection to the database was lost: terminating connection due to administrator command',
      'The database is away: As asked',
      expect.stringMatching(/^The database is back, after .* 4 calls failed$/),
    ])
})

test('a database that does not answer in time, and then cannot be connected to either, is one outage', () => {
  for (const message of ['Query read timeout', 'Connection terminated due to connection timeout']) {
    outages.callFailed({
      reason: 'UNAVAILABLE',
      cause: new Error(message),
      procedure: 'task.list',
      requestId: 'edge-1',
    })
  }
  expect(messages()).toEqual(['The database does not answer in time: Query read timeout'])
})

test('a full disk is not over by what reads or locks, nor by what the server does by itself', async () => {
  fail('53100', 'could not extend file')
  succeed('SELECT 1')
  succeed('SELECT 1 FROM users WHERE id = $1 FOR NO KEY UPDATE')
  outages.statementEnded({ sql: 'INSERT INTO external_deletions', error: undefined, origin: undefined })
  await sleep(1_200)
  expect(messages()).toEqual(['The disk of the database is full: could not extend file'])
  succeed('INSERT INTO "public"."tasks" VALUES ($1)')
  await expect.poll(messages, { timeout: 5_000 }).toHaveLength(2)
})

test('whoever holds the pool is named, with what', () => {
  const startedAt = performance.now() - 2_000
  const call = (userId: string, procedure: string): RunningCall => ({
    request: { requestId: 'x' },
    procedure,
    type: 'query',
    startedAt,
    userId: () => userId,
  })
  running.push(call('ada', 'auth.me'), ...Array.from({ length: 120 }, () => call('mallory', 'task.list')))
  running.push({ ...call('ada', 'change.stream'), type: 'subscription' })
  const cause = new Error('timeout exceeded when trying to connect')
  outages.callFailed({ reason: 'UNAVAILABLE', cause, procedure: 'auth.me', requestId: 'edge-1' })
  expect(log).toMatchObject([
    {
      connections: { most: 5, open: 5, idle: 0, waiting: 195 },
      greediest: [
        { userId: 'mallory', procedure: 'task.list', calls: 120 },
        { userId: 'ada', procedure: 'auth.me', calls: 1 },
      ],
      msg: expect.stringMatching(
        /^No connection of the pool is free: .*; 5 of 5 are taken and 195 statements wait: .*user mallory with task\.list \(120 calls, \d+ ms\)/,
      ),
    },
  ])
})

test('a fault of ours is told once, and another one for itself', () => {
  for (let call = 0; call < 50; call += 1) fail('42703', 'column "color" does not exist', 'INTERNAL')
  fail('42P01', 'relation "tags" does not exist', 'INTERNAL')
  expect(messages()).toEqual([
    'A call failed: column "color" does not exist',
    'A call failed: relation "tags" does not exist',
  ])
})

test('health finds out that the database is away, and that it is back, where no call does', async () => {
  outages.healthAsked(Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' }))
  outages.healthAsked(Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' }))
  outages.healthAsked(null)
  await expect
    .poll(messages, { timeout: 5_000 })
    .toEqual([
      'The database is away: connect ECONNREFUSED',
      expect.stringMatching(/^The database is back, after .* 0 calls failed$/),
    ])
})
