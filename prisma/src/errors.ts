import { Prisma } from './generated/client.ts'

/** The constraint that says no: a row with this key is there already. */
export function isUniqueViolation(error: unknown): boolean {
  return error instanceof Prisma.PrismaClientKnownRequestError && error.code === 'P2002'
}

/** A row that the write refers to is not there. */
export function isForeignKeyViolation(error: unknown): boolean {
  return error instanceof Prisma.PrismaClientKnownRequestError && error.code === 'P2003'
}

/** A deadlock or serialization failure: the transaction was rolled back whole and may simply be run again. */
export function isWriteConflict(error: unknown): boolean {
  return error instanceof Prisma.PrismaClientKnownRequestError && error.code === 'P2034'
}

/** The connection died under way: whether a write took place is unknown. */
export function isLostConnection(error: unknown): boolean {
  return LOST_CONNECTION.test(textOf(error))
}

/** The database cannot be reached, or has no connection free: the same call may succeed in a moment. */
export function isUnavailable(error: unknown): boolean {
  if (error instanceof Prisma.PrismaClientInitializationError) return true
  if (error instanceof Prisma.PrismaClientKnownRequestError && UNAVAILABLE_CODES.has(error.code)) return true
  return isLostConnection(error) || UNAVAILABLE.test(textOf(error))
}

/** The database took longer than a statement may. */
export function isTimeout(error: unknown): boolean {
  return TIMEOUT.test(textOf(error))
}

// P1001 unreachable, P1002 timed out while connecting, P1008 operation timed out, P1017 connection closed by the server,
// P2024 no connection free in the pool, P2028 no transaction could be started, P2037 too many connections.
const UNAVAILABLE_CODES = new Set(['P1001', 'P1002', 'P1008', 'P1017', 'P2024', 'P2028', 'P2037'])

// Where a connection dies, Prisma throws plain errors without a code; the text is the driver's or PostgreSQL's own.
const LOST_CONNECTION =
  /ECONNRESET|EPIPE|57P01|57P02|ConnectionClosed|Connection terminated|connection terminated|terminating connection|Client has encountered a connection error|Server has closed the connection/
const UNAVAILABLE =
  /ECONNREFUSED|ENOTFOUND|EHOSTUNREACH|ETIMEDOUT|57P03|53300|DatabaseNotReachable|SocketTimeout|TooManyConnections|timeout exceeded when trying to connect|Can't reach database server/
const TIMEOUT = /57014|Query read timeout|statement timeout/

function textOf(error: unknown): string {
  if (!(error instanceof Error)) return ''
  const { code, meta, cause } = error as Error & { code?: unknown; meta?: { driverAdapterError?: unknown } }
  const own = `${error.message} ${typeof code === 'string' ? code : ''}`
  const driver = meta?.driverAdapterError ?? cause
  return driver === undefined ? own : `${own} ${driver instanceof Error ? textOf(driver) : JSON.stringify(driver)}`
}
