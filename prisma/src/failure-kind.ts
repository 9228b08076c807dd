import {
  codesOf,
  databaseMessage,
  isAccessRefused,
  isDiskFull,
  isLockTimeout,
  isLostConnection,
  isMemoryUsedUp,
  isPoolExhausted,
  isReadOnly,
  isTimeout,
  isTransactionExpired,
  isUnanswered,
  isUnavailable,
  isWriteConflict,
} from './errors.ts'

/** Why the database could not do something: what an operator would do something else about. */
export type FailureKind =
  | 'accessRefused'
  | 'connectionLost'
  | 'diskFull'
  | 'lockTimeout'
  | 'memoryUsedUp'
  | 'poolExhausted'
  | 'readOnly'
  | 'statementTimeout'
  | 'transactionTimeout'
  | 'unanswered'
  | 'unreachable'
  | 'writeConflict'

const kinds: [FailureKind, (error: unknown) => boolean][] = [
  ['accessRefused', isAccessRefused],
  ['readOnly', isReadOnly],
  ['diskFull', isDiskFull],
  ['memoryUsedUp', isMemoryUsedUp],
  ['lockTimeout', isLockTimeout],
  ['poolExhausted', isPoolExhausted],
  ['connectionLost', isLostConnection],
  ['statementTimeout', isTimeout],
  ['transactionTimeout', isTransactionExpired],
  ['writeConflict', isWriteConflict],
  ['unanswered', isUnanswered],
  ['unreachable', isUnavailable],
]

/** What is told of an error in one line: of the user's data nothing. */
export interface FailureText {
  /** Null of what is no failure of the database, or one that is a fault of ours. */
  kind: FailureKind | null
  /** Of PostgreSQL, the socket or Prisma; where there is none, the kind or the error's name. */
  code: string
  message: string
}

export function describeFailure(error: unknown): FailureText {
  if (!(error instanceof Error)) return { kind: null, code: typeof error, message: 'Not an error' }
  const kind = kinds.find(([, isShown]) => isShown(error))?.[0] ?? null
  // Of several codes PostgreSQL's own says most; Prisma's P2010 says only that the SQL was ours.
  const code = codesOf(error).sort((a, b) => Number(isPrismas(a)) - Number(isPrismas(b)))[0] ?? kind ?? error.name
  return { kind, code, message: databaseMessage(error) }
}

function isPrismas(code: string): boolean {
  return /^P2\d{3}$/.test(code)
}
