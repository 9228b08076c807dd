import { Prisma } from './generated/client.ts'

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

/** A deadlock (40P01) or serialization failure: the transaction was rolled back whole and may simply be run again. */
export const isWriteConflict = shownBy({ codes: ['P2034', '40P01', '40001'] })

/** Somebody else held a lock for too long: the statement was rolled back and may be run again. */
export const isLockTimeout = shownBy({ codes: ['55P03'] })

/** The connection died under way: whether a write took place is unknown. */
export const isLostConnection = shownBy({
  // P1017 closed by the server, 57P01 and 57P02 shut down, 25P03 idle in a transaction for too long.
  codes: ['P1017', 'ConnectionClosed', 'ECONNRESET', 'EPIPE', '08003', '08006', '25P03', '57P01', '57P02'],
  words: /Connection terminated(?! due to connection timeout)|Client has encountered a connection error/,
})

/** The server answers, and refuses to write: a standby, or what was the primary until a failover. */
export const isReadOnly = shownBy({ codes: ['25006'] })

const isUnreachable = shownBy({
  // P1001 unreachable, P1002 and P1008 timed out, P2024 no connection free in the pool, P2028 no transaction could be
  // started or it took too long, P2037 and 53300 too many connections, 57P03 starting up, 3D000 no such database: being
  // restored, perhaps.
  codes: ['P1001', 'P1002', 'P1008', 'P2024', 'P2028', 'P2037', '53300', '57P03', '3D000'].concat(
    ['DatabaseNotReachable', 'SocketTimeout', 'TooManyConnections'],
    ['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH', 'ETIMEDOUT'],
  ),
  words: /timeout exceeded when trying to connect|Connection terminated due to connection timeout/,
})

// It answers, and lacks what it needs. 53100 disk full, 53200 out of memory, 55P03 somebody else holds the lock for too
// long, 55000 not in the state for it, such as a standby that is being promoted.
const isExhausted = shownBy({ codes: ['53100', '53200', '55P03', '55000'] })

/** The database cannot be reached, or cannot do its work now: the same call may succeed in a moment. */
export function isUnavailable(error: unknown): boolean {
  if (error instanceof Prisma.PrismaClientInitializationError) return true
  return [isUnreachable, isExhausted, isReadOnly, isLostConnection].some((isShown) => isShown(error))
}

/** The database took longer than a statement may. */
export const isTimeout = shownBy({ codes: ['57014'], words: /Query read timeout/ })

/** The server answers and lets nobody in: the user, the password or the database is wrong. */
export const isAccessRefused = shownBy({
  // P1000 authentication failed, P1003 no such database, P1010 access denied; 28… the same by PostgreSQL, 3D000 no such
  // database.
  codes: ['P1000', 'P1003', 'P1010', '28000', '28P01', '3D000'],
})

/** The connection cannot be encrypted as `sslmode` demands. */
export const isTlsRefused = shownBy({
  // Those of Node.js are what is wrong with a certificate.
  codes: ['TlsConnectionError', 'CERT_HAS_EXPIRED', 'CERT_NOT_YET_VALID', 'ERR_TLS_CERT_ALTNAME_INVALID'].concat(
    ['DEPTH_ZERO_SELF_SIGNED_CERT', 'SELF_SIGNED_CERT_IN_CHAIN'],
    ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'UNABLE_TO_GET_ISSUER_CERT_LOCALLY', 'UNABLE_TO_GET_ISSUER_CERT'],
  ),
  words: /The server does not support SSL connections|There was an error establishing an SSL connection/,
})

/** What the database or its driver said, in one line and without Prisma's words around it. */
export function databaseMessage(error: Error): string {
  const { originalMessage, reason } = driverErrorOf(error)
  const message = [originalMessage, reason, error.message].find((text) => typeof text === 'string') ?? ''
  const line = message.trim().split('\n').at(-1) ?? ''
  return line === '' ? codesOf(error).join(' ') : line
}

function codesOf(error: Error): string[] {
  const { code } = error as Error & { code?: unknown }
  const { originalCode, kind } = driverErrorOf(error)
  return [code, originalCode, kind].filter((value) => typeof value === 'string')
}

/** What the driver adapter made of the driver's error. */
function driverErrorOf(error: Error): Partial<Record<'originalCode' | 'originalMessage' | 'reason' | 'kind', unknown>> {
  const { meta, cause } = error as Error & { meta?: { driverAdapterError?: Error } }
  return meta?.driverAdapterError?.cause ?? cause ?? {}
}
