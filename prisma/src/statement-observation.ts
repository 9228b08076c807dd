import { AsyncLocalStorage } from 'node:async_hooks'
import { context, ROOT_CONTEXT } from '@opentelemetry/api'
import { beginStatementSpan, endStatementSpan } from './statement-span.ts'

/** Whose statement it is. */
export interface StatementOrigin {
  requestId: string
  /** Such as `task.list`. */
  procedure: string
  /** When the database is given up, by `performance.now()`; undefined of what may last, such as a stream. */
  deadline?: number
}

/** A statement that has come to its end. Its values are nobody's business. */
export interface EndedStatement {
  sql: string
  milliseconds: number
  /** What it failed with; undefined where it went well. */
  error: unknown
  /** Undefined of what no call asks for, such as the purge. */
  origin: StatementOrigin | undefined
  /** Process id of the server's process, as in pg_stat_activity, where there is one. */
  backend: number | undefined
}

export type StatementListener = (statement: EndedStatement) => void

const origins = new AsyncLocalStorage<StatementOrigin>()

/** Does work; whatever it asks the database for is told with this origin. (What Prisma is asked begins when it is awaited.) */
export function fromOrigin<T>(origin: StatementOrigin, work: () => T): T {
  return origins.run(origin, work)
}

/** Whose statement one would be that was asked here. */
export function currentOrigin(): StatementOrigin | undefined {
  return origins.getStore()
}

/** Does work that is nobody's: of a timer that a call happens to start, and others have a use of. */
export function fromNobody<T>(work: () => T): T {
  return origins.exit(() => context.with(ROOT_CONTEXT, work))
}

/** Does work that asks the database nothing and may have to wait: the deadline is put off for as long. */
export async function offTheClock<T>(work: () => Promise<T>): Promise<T> {
  const start = performance.now()
  try {
    return await work()
  } finally {
    const origin = currentOrigin()
    if (origin?.deadline !== undefined) origin.deadline += performance.now() - start
  }
}

/** Runs a statement and tells of its end; `backend` is looked up then. */
export async function observeStatement<T>(
  { sql, backend }: { sql: string; backend?: () => number | undefined },
  onStatement: StatementListener,
  run: () => Promise<T>,
): Promise<T> {
  const origin = currentOrigin()
  const start = performance.now()
  const span = beginStatementSpan(sql)
  const tell = (error: unknown) => {
    endStatementSpan(span, error)
    onStatement({ sql, milliseconds: performance.now() - start, error, origin, backend: backend?.() })
  }
  try {
    const result = await run()
    tell(undefined)
    return result
  } catch (error) {
    tell(error)
    throw error
  }
}
