import type { EndedStatement, FailureKind } from '@taskwire/prisma'

/** How an outage is told, and what ends it. */
interface Words {
  began: string
  ended: string
  /** What has to go well for it to be over. */
  over: 'answer' | 'newRow' | 'writingOrHealth'
  /** Milliseconds without a failure after which it is. */
  quiet: number
}

const AWAY: Words = { began: 'The database is away', ended: 'The database is back', over: 'answer', quiet: 1_000 }
const BUSY = { over: 'answer', quiet: 5_000 } as const
export const words: Record<FailureKind, Words> = {
  unreachable: AWAY,
  accessRefused: { ...AWAY, began: 'The database lets nobody in' },
  connectionLost: {
    ...AWAY,
    began: 'A connection to the database was lost',
    ended: 'Connections to the database last again',
  },
  unanswered: {
    ...AWAY,
    began: 'The database does not answer in time',
    ended: 'The database answers in time again',
    quiet: 5_000,
  },
  readOnly: {
    began: 'The database only reads',
    ended: 'The database takes writes again',
    over: 'writingOrHealth',
    quiet: 1_000,
  },
  diskFull: {
    began: 'The disk of the database is full',
    ended: 'The database has room again',
    over: 'newRow',
    quiet: 1_000,
  },
  memoryUsedUp: { ...BUSY, began: 'The database has no memory left', ended: 'The database has memory again' },
  poolExhausted: { ...BUSY, began: 'No connection of the pool is free', ended: 'The pool has free connections again' },
  statementTimeout: {
    ...BUSY,
    began: 'A statement took too long',
    ended: 'Statements come to their end in time again',
  },
  transactionTimeout: {
    ...BUSY,
    began: 'A transaction took too long',
    ended: 'Transactions come to their end in time again',
  },
  lockTimeout: {
    ...BUSY,
    began: 'Somebody holds a lock for too long',
    ended: 'Locks are not held for too long any more',
  },
  writeConflict: { ...BUSY, began: 'Writes lose one conflict after another', ended: 'Writes succeed again' },
}

/** One that is stopped loses its connections first, and then cannot be reached: that is one outage, and is told as such. */
const AS_ONE: Partial<Record<FailureKind, string>> = {
  unreachable: 'away',
  accessRefused: 'away',
  connectionLost: 'away',
  unanswered: 'away',
}

/** Failures of the same name are one outage. */
export function outageOf(kind: FailureKind): string {
  return AS_ONE[kind] ?? kind
}

/** Whether an answer to `/health` shows that it is over. */
export function isShownByHealth(kind: FailureKind): boolean {
  return outageOf(kind) === 'away' || words[kind].over === 'writingOrHealth'
}

const WRITES = /\b(?:INSERT INTO|UPDATE|DELETE FROM)\b/i
const MAKES_A_ROW = /\bINSERT INTO\b/i

/** Whether a statement that went well does. What the server does by itself again and again may write nothing. */
export function isShownByStatement(
  kind: FailureKind,
  { sql, origin }: Pick<EndedStatement, 'sql' | 'origin'>,
): boolean {
  const { over } = words[kind]
  if (over === 'newRow') return origin !== undefined && MAKES_A_ROW.test(sql)
  return over === 'answer' || WRITES.test(sql)
}
