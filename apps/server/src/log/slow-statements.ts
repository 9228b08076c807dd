import type { EndedStatement, StatementListener } from '@taskwire/prisma'
import type { Logger } from 'pino'
import { countedLog } from './counted-log.ts'

/** Milliseconds between two lines of the same statement: where all are slow, their lines must not make it worse. */
const INTERVAL = 10_000
/** Characters of a statement that are told. */
const MAX_SQL = 1_000

/**
 * Writes a line for each statement that takes long, and with `LOG_LEVEL=debug` one for every statement. `req.id` is that of
 * the request's own line.
 *
 * @param slow milliseconds from which on a statement counts as slow
 */
export function logStatements(logger: Logger, { slow }: { slow: number }): StatementListener {
  const counted = countedLog<EndedStatement>({
    interval: INTERVAL,
    first: (statement) => logger.warn(fieldsOf(statement), `A statement took ${Math.round(statement.milliseconds)} ms`),
    again: ({ fact, times, seconds }) =>
      logger.warn(
        { ...fieldsOf(fact), times, seconds },
        `A statement was slow ${times} times more in ${seconds} s, at last with ${Math.round(fact.milliseconds)} ms`,
      ),
    others: ({ times, seconds }) =>
      logger.warn({ times, seconds }, `Other statements were slow ${times} times in ${seconds} s`),
  })
  return (statement) => {
    if (statement.milliseconds >= slow) counted(statement.sql, statement)
    if (logger.isLevelEnabled('debug')) logger.debug(fieldsOf(statement), 'Statement')
  }
}

function fieldsOf({ sql, milliseconds, error, origin, backend }: EndedStatement): object {
  return {
    ...(origin !== undefined && { req: { id: origin.requestId }, procedure: origin.procedure }),
    milliseconds: Math.round(milliseconds * 10) / 10,
    backend,
    ...(error !== undefined && { code: (error as { code?: unknown }).code ?? 'failed' }),
    sql: shortened(sql),
  }
}

function shortened(sql: string): string {
  const line = sql.trim().replace(/\s+/g, ' ')
  return line.length > MAX_SQL ? `${line.slice(0, MAX_SQL)}…` : line
}
