import { Prisma } from './generated/client.ts'
import { withoutValues } from './without-values.ts'

/** How a kind of failure shows. */
interface Signs {
  /**
   * Of Prisma, of PostgreSQL, of the socket and of the driver adapter. Prisma's are of its own queries only: whatever raw
   * SQL runs into is P2010, and PostgreSQL's code tells.
   */
  codes: readonly string[]
  /** Where neither Prisma nor the driver gives a code, the driver's own words. */
  words?: RegExp
}

/**
 * Recognises a kind of failure. Never by the text of an error that has a code: PostgreSQL quotes the row that it refuses,
 * and a user wrote that row.
 */
function shownBy({ codes, words }: Signs): (error: unknown) => boolean {
  return (error) => {
    if (!(error instanceof Error)) return false
    const found = codesOf(error)
    return found.length === 0 ? words?.test(error.message) === true : found.some((code) => codes.includes(code))
  }
}

/** The constraint that says no: a row with this key is there already. */
export const isUniqueViolation = shownBy({ codes: ['P2002', '23505'] })

/** A row that the write refers to is not there. */
export const isForeignKeyViolation = shownBy({ codes: ['P2003', '23503'] })

/** What was to be written cannot be: it breaks a constraint (class 23), or is no value of its column's type (class 22). */
export function isRefusedData(error: unknown): error is Error {
  return error instanceof Error && codesOf(error).some((code) => /^2[23][0-9A-Z]{3}$/.test(code))
}

/** Something that the role may not do. */
export function isForbidden(error: unknown): error is Error {
  return error instanceof Error && codesOf(error).includes('42501')
}

/** A deadlock (40P01) or serialization failure: the transaction was rolled back whole and may simply be run again. */
export const isWriteConflict = shownBy({ codes: ['P2034', '40P01', '40001'] })

/** Somebody else held a lock for too long: the statement was rolled back and may be run again. */
export const isLockTimeout = shownBy({ codes: ['55P03'] })

/** The connection died under way: whether a write took place is unknown. */
export const isLostConnection = shownBy({
  // P1017 closed by the server, 57P01 and 57P02 shut down, 25P03 idle in a transaction for too long. 08P01 is how PgBouncer
  // says whatever ails it: that the server crashed or cannot be reached, that nothing came free in time.
  codes: ['P1017', 'ConnectionClosed', 'ECONNRESET', 'EPIPE', '08003', '08006', '08P01', '25P03', '57P01', '57P02'],
  words: /Connection terminated(?! due to connection timeout)|Client (?:has encountered a connection error|was closed)/,
})

/** The server answers, and refuses to write: a standby, or what was the primary until a failover. */
export const isReadOnly = shownBy({ codes: ['25006'] })

const isTransactionFault = shownBy({ codes: ['P2028'] })
/** How Prisma says that it has waited for a connection in vain; whatever else is a fault of a transaction took too long. */
const NOT_BEGUN = /Unable to start a transaction/
const isNotConnected = shownBy({ codes: ['P2024'], words: /timeout exceeded when trying to connect/ })

/** All connections are taken, and none has become free in time. */
export function isPoolExhausted(error: unknown): error is Error {
  return isNotConnected(error) || (isTransactionFault(error) && NOT_BEGUN.test((error as Error).message))
}

/** A transaction was under way for longer than it may be, for whichever of its statements, and has been rolled back. */
export function isTransactionExpired(error: unknown): boolean {
  return isTransactionFault(error) && !isPoolExhausted(error)
}

const isUnreachable = shownBy({
  // P1001 unreachable, P1002 and P1008 timed out, P2037 and 53300 too many connections, 57P03 starting up, 3D000 no such database: being
  // restored, perhaps.
  codes: ['P1001', 'P1002', 'P1008', 'P2037', '53300', '57P03', '3D000'].concat(
    ['DatabaseNotReachable', 'SocketTimeout', 'TooManyConnections'],
    ['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH', 'ETIMEDOUT'],
  ),
  words: /Connection terminated due to connection timeout/,
})

/** The connection stands, and for as long as a call may wait nothing comes by it: the network swallows it, or trickles. */
export const isUnanswered = shownBy({ codes: [], words: /Query read timeout/ })

/** Said of a call that was let to the database too late. */
export const OUT_OF_TIME = 'The call has waited for so long that it has no time left for the database'

/** A call has waited for others, of its own request first of all, and not for the database. */
export const isOutOfTime = shownBy({ codes: [], words: new RegExp(OUT_OF_TIME) })

export const isDiskFull = shownBy({ codes: ['53100'] })

export const isMemoryUsedUp = shownBy({ codes: ['53200'] })

/** It answers, and is not in the state for it: a standby that is being promoted. */
const isNotReady = shownBy({ codes: ['55000'] })

const unavailable = [
  isUnreachable,
  isUnanswered,
  isPoolExhausted,
  isTransactionExpired,
  isDiskFull,
  isMemoryUsedUp,
  isLockTimeout,
  isNotReady,
  isReadOnly,
  isLostConnection,
]

/** The database cannot be reached, or cannot do its work now: the same call may succeed in a moment. */
export function isUnavailable(error: unknown): boolean {
  if (error instanceof Prisma.PrismaClientInitializationError) return true
  return unavailable.some((isShown) => isShown(error))
}

/** The database took longer than a statement may. */
export const isTimeout = shownBy({ codes: ['57014'] })

/** The server answers and lets nobody in: the user, the password or the database is wrong. */
export const isAccessRefused = shownBy({
  // P1000 authentication failed, P1003 no such database, P1010 access denied; 28… the same by PostgreSQL, 3D000 no such
  // database.
  codes: ['P1000', 'P1003', 'P1010', '28000', '28P01', '3D000'],
})

/** A table is not there: nobody has migrated this database, or somebody has dropped it. */
export const isTableMissing = shownBy({ codes: ['P2021', '42P01'] })

/** A column or a function is not there: the schema is of another version. */
export const isSchemaAnother = shownBy({ codes: ['P2022', '42703', '42883'] })

/** The connection cannot be encrypted as `sslmode` demands. */
export const isTlsRefused = shownBy({
  // Those of Node.js are what is wrong with a certificate.
  codes: ['TlsConnectionError', 'CERT_HAS_EXPIRED', 'CERT_NOT_YET_VALID', 'ERR_TLS_CERT_ALTNAME_INVALID'].concat(
    ['DEPTH_ZERO_SELF_SIGNED_CERT', 'SELF_SIGNED_CERT_IN_CHAIN'],
    ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'UNABLE_TO_GET_ISSUER_CERT_LOCALLY', 'UNABLE_TO_GET_ISSUER_CERT'],
  ),
  words: /The server does not support SSL connections|There was an error establishing an SSL connection/,
})

/** PostgreSQL's own code of a failure, such as `57014`; undefined where the server gave none. */
export function sqlStateOf(error: unknown): string | undefined {
  return error instanceof Error ? codesOf(error).find((code) => SQLSTATE.test(code)) : undefined
}

/** Five digits and capitals, a digit among them. Prisma's own codes look alike: P1… and P2…. */
const SQLSTATE = /^(?=.*\d)(?!P[12])[\dA-Z]{5}$/

/** What the database or its driver said, in one line, without Prisma's words around it and without what a user wrote. */
export function databaseMessage(error: Error): string {
  const { originalMessage, reason } = driverErrorOf(error)
  const message = [originalMessage, reason, error.message].find((text) => typeof text === 'string') ?? ''
  const own = /Raw query failed\. Code: `.*?`\. Message: `([\s\S]*)`$/.exec(message.trim())?.[1] ?? message
  const line = withoutValues(own).trim().split('\n').at(-1) ?? ''
  return line === '' ? codesOf(error).join(' ') : line
}

/** What has been said of an error in codes, the outermost first. */
export function codesOf(error: Error): string[] {
  const { code } = error as Error & { code?: unknown }
  const { originalCode, kind } = driverErrorOf(error)
  return [code, originalCode, kind].filter((value) => typeof value === 'string')
}

/** What the driver adapter made of the driver's error. */
function driverErrorOf(error: Error): Partial<Record<'originalCode' | 'originalMessage' | 'reason' | 'kind', unknown>> {
  const { meta, cause } = error as Error & { meta?: { driverAdapterError?: Error } }
  return meta?.driverAdapterError?.cause ?? cause ?? {}
}
