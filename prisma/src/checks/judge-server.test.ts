import { expect, test } from 'vitest'
import { judgeConnections } from './judge-connections.ts'
import { judgeRoute } from './judge-route.ts'
import { judgeEncoding, judgeIsolation, judgeReplicationRole, judgeTimeZone, judgeWriting } from './judge-session.ts'
import { judgeAutovacuum, judgeCollation, judgeDurability, judgeTransactionAge, judgeVersion } from './judge-upkeep.ts'
import type { ServerFacts } from './server-facts.ts'

const WELL: ServerFacts = {
  database: 'tasks',
  role: 'ada',
  encoding: 'UTF8',
  timeZone: 'UTC',
  dateStyle: 'ISO, MDY',
  isolation: 'read committed',
  replicationRole: 'origin',
  readOnly: false,
  inRecovery: false,
  unsafe: [],
  autovacuum: true,
  collationVersion: '2.36',
  actualCollationVersion: '2.36',
  freeConnections: 12,
  transactionAge: 200_000_000,
  preparedTransactions: [],
}

const JUDGES = {
  encoding: judgeEncoding,
  timeZone: judgeTimeZone,
  writing: judgeWriting,
  replicationRole: judgeReplicationRole,
  isolation: judgeIsolation,
  durability: judgeDurability,
  collation: judgeCollation,
  connections: (facts: ServerFacts) => judgeConnections(facts, { dataDir: '', poolSize: 10 }, false),
  autovacuum: judgeAutovacuum,
  age: judgeTransactionAge,
}

test('a server that is well is found well by each', () => {
  expect(Object.values(JUDGES).map((judge) => judge(WELL).grade)).toEqual(Object.values(JUDGES).map(() => 'ok'))
})

test.each<[keyof typeof JUDGES, Partial<ServerFacts>, string, RegExp]>([
  ['encoding', { encoding: 'LATIN1' }, 'FAIL', /encoded in LATIN1/],
  ['encoding', { encoding: 'SQL_ASCII' }, 'FAIL', /encoded in SQL_ASCII/],
  ['timeZone', { timeZone: 'Europe/Berlin' }, 'FAIL', /in Europe\/Berlin/],
  ['timeZone', { dateStyle: 'SQL, DMY' }, 'FAIL', /as SQL, DMY/],
  ['writing', { readOnly: true, inRecovery: true }, 'FAIL', /is a standby/],
  ['writing', { readOnly: true }, 'FAIL', /default_transaction_read_only/],
  ['replicationRole', { replicationRole: 'replica' }, 'FAIL', /no trigger fires/],
  ['isolation', { isolation: 'serializable' }, 'WARN', /are serializable by default/],
  ['durability', { unsafe: ['fsync', 'synchronous_commit'] }, 'WARN', /^fsync and synchronous_commit are off/],
  ['collation', { actualCollationVersion: '2.41' }, 'WARN', /version 2\.36 .* 2\.41 now/],
  ['connections', { freeConnections: 11 }, 'WARN', /^11 are free, and a process opens up to 12/],
  ['autovacuum', { autovacuum: false }, 'WARN', /^off/],
  ['age', { transactionAge: 1_500_000_000 }, 'WARN', /^1500 million transactions/],
  ['age', { transactionAge: 2_120_000_000 }, 'FAIL', /refuses to write/],
  ['age', { preparedTransactions: ["it's"] }, 'WARN', /are prepared and never ended/],
  ['age', { preparedTransactions: ["it's"], transactionAge: 2_120_000_000 }, 'FAIL', /^2120 million/],
])('%s is judged by %o', (name, differing, grade, says) => {
  const finding = JUDGES[name]({ ...WELL, ...differing })
  expect(finding).toEqual({ grade, says: expect.stringMatching(says), hint: expect.stringMatching(/./) })
})

test('behind a pooler a process opens one connection, for LISTEN', () => {
  const judge = (freeConnections: number) =>
    judgeConnections({ ...WELL, freeConnections }, { dataDir: '', poolSize: 100 }, true).grade
  expect([judge(0), judge(1)]).toEqual(['WARN', 'ok'])
})

test.each([
  [14, '2026-11-22', 'FAIL'],
  [15, '2027-11-11', 'ok'],
  [15, '2027-11-12', 'WARN'],
  [18, '2028-01-01', 'ok'],
  [23, '2040-01-01', 'ok'],
])('PostgreSQL %i is judged on %s', (major, day, grade) => {
  expect(judgeVersion({ version: `${major}.1`, major }, new Date(day)).grade).toBe(grade)
})

test.each([
  ['direct', null, 'ok'],
  ['sessions', null, 'ok'],
  ['transactions', null, 'FAIL'],
  ['transactions', 'direct', 'ok'],
  ['transactions', 'sessions', 'ok'],
  ['transactions', 'transactions', 'FAIL'],
  ['direct', 'direct', 'ok'],
] as const)('calls over %s, the direct URL over %s', (route, direct, grade) => {
  const judged = judgeRoute({ kind: route, identity: '1' }, direct === null ? null : { kind: direct, identity: '1' })
  expect(judged.grade).toBe(grade)
})
