import { Prisma } from './generated/client.ts'

/** The constraint that says no: a row with this key is there already. */
export function isUniqueViolation(error: unknown): boolean {
  return matches(error, UNIQUE_VIOLATION)
}

/** A row that the write refers to is not there. */
export function isForeignKeyViolation(error: unknown): boolean {
  return matches(error, FOREIGN_KEY_VIOLATION)
}

/** A deadlock or serialization failure: the transaction was rolled back whole and may simply be run again. */
export function isWriteConflict(error: unknown): boolean {
  return matches(error, WRITE_CONFLICT)
}

/** Somebody else held a lock for too long: the statement was rolled back and may be run again. */
export function isLockTimeout(error: unknown): boolean {
  return matches(error, LOCK_TIMEOUT)
}

/** The connection died under way: whether a write took place is unknown. */
export function isLostConnection(error: unknown): boolean {
  return matches(error, LOST_CONNECTION)
}

/** The server answers, and refuses to write: a standby, or what was the primary until a failover. */
export function isReadOnly(error: unknown): boolean {
  return matches(error, READ_ONLY)
}

/** The database cannot be reached, or cannot do its work now: the same call may succeed in a moment. */
export function isUnavailable(error: unknown): boolean {
  if (error instanceof Prisma.PrismaClientInitializationError) return true
  return [UNREACHABLE, EXHAUSTED, READ_ONLY, LOST_CONNECTION].some((signs) => matches(error, signs))
}

/** The database took longer than a statement may. */
export function isTimeout(error: unknown): boolean {
  return matches(error, TIMEOUT)
}

/** The server answers and lets nobody in: the user, the password or the database is wrong. */
export function isAccessRefused(error: unknown): boolean {
  return matches(error, ACCESS_REFUSED)
}

/** The connection cannot be encrypted as `sslmode` demands. */
export function isTlsRefused(error: unknown): boolean {
  return matches(error, TLS_REFUSED)
}

/** What the database or its driver said, in one line and without Prisma's words around it. */
export function databaseMessage(error: Error): string {
  const { originalMessage, reason } = driverErrorOf(error)
  const message = [originalMessage, reason, error.message].find((text) => typeof text === 'string') ?? ''
  const line = message.trim().split('\n').at(-1) ?? ''
  return line === '' ? codesOf(error).join(' ') : line
}

/** How a kind of failure shows: by codes of Prisma, of PostgreSQL, of the socket and of the driver adapter. */
interface Signs {
  codes: ReadonlySet<string>
  /** Where neither Prisma nor the driver gives a code, the driver's own words. */
  words?: RegExp
}

// Prisma's codes are of its own queries only: whatever raw SQL runs into is P2010, and PostgreSQL's code tells.
const UNIQUE_VIOLATION: Signs = { codes: new Set(['P2002', '23505']) }
const FOREIGN_KEY_VIOLATION: Signs = { codes: new Set(['P2003', '23503']) }
// 40P01 deadlock, 40001 serialization failure.
const WRITE_CONFLICT: Signs = { codes: new Set(['P2034', '40P01', '40001']) }

const LOCK_TIMEOUT: Signs = { codes: new Set(['55P03']) }

const LOST_CONNECTION: Signs = {
  // P1017 closed by the server, 57P01 and 57P02 shut down, 25P03 idle in a transaction for too long.
  codes: new Set(['P1017', 'ConnectionClosed', 'ECONNRESET', 'EPIPE', '08003', '08006', '25P03', '57P01', '57P02']),
  words: /Connection terminated(?! due to connection timeout)|Client has encountered a connection error/,
}

const UNREACHABLE: Signs = {
  // P1001 unreachable, P1002 and P1008 timed out, P2024 no connection free in the pool, P2028 no transaction could be
  // started or it took too long, P2037 and 53300 too many connections, 57P03 starting up, 3D000 no such database: being
  // restored, perhaps.
  codes: new Set(
    ['P1001', 'P1002', 'P1008', 'P2024', 'P2028', 'P2037', '53300', '57P03', '3D000'].concat(
      ['DatabaseNotReachable', 'SocketTimeout', 'TooManyConnections'],
      ['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH', 'ETIMEDOUT'],
    ),
  ),
  words: /timeout exceeded when trying to connect|Connection terminated due to connection timeout/,
}

// It answers, and lacks what it needs. 53100 disk full, 53200 out of memory, 55P03 somebody else holds the lock for too
// long, 55000 not in the state for it, such as a standby that is being promoted.
const EXHAUSTED: Signs = { codes: new Set(['53100', '53200', '55P03', '55000']) }

const READ_ONLY: Signs = { codes: new Set(['25006']) }

const TIMEOUT: Signs = {
  codes: new Set(['57014']),
  words: /Query read timeout/,
}

// P1000 authentication failed, P1003 no such database, P1010 access denied; 28… the same by PostgreSQL, 3D000 no such
// database.
const ACCESS_REFUSED: Signs = { codes: new Set(['P1000', 'P1003', 'P1010', '28000', '28P01', '3D000']) }

// Those of Node.js are what is wrong with a certificate.
const TLS_REFUSED: Signs = {
  codes: new Set(
    ['TlsConnectionError', 'CERT_HAS_EXPIRED', 'CERT_NOT_YET_VALID', 'ERR_TLS_CERT_ALTNAME_INVALID'].concat(
      ['DEPTH_ZERO_SELF_SIGNED_CERT', 'SELF_SIGNED_CERT_IN_CHAIN'],
      ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'UNABLE_TO_GET_ISSUER_CERT_LOCALLY', 'UNABLE_TO_GET_ISSUER_CERT'],
    ),
  ),
  words: /The server does not support SSL connections|There was an error establishing an SSL connection/,
}

// Never by the text of an error that has a code: PostgreSQL quotes the row that it refuses, and a user wrote that row.
function matches(error: unknown, { codes, words }: Signs): boolean {
  if (!(error instanceof Error)) return false
  const found = codesOf(error)
  return found.length === 0 ? words?.test(error.message) === true : found.some((code) => codes.has(code))
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
