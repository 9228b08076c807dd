import type { MigrationConnection } from './connection.ts'
import { abbreviate, MigrationError, messageOf } from './errors.ts'
import { type Attempt, LIMIT_LOCKS, retryLocks } from './lock-waits.ts'
import { splitStatements } from './statements.ts'

/** What a backfill.sql says. */
export interface Backfill {
  /** Whose rows it goes through. */
  table: string
  /** Reads the keys of each batch from `batch`. */
  statement: string
  /** Whether triggers are left out, the one that stamps versions among them: clients then hear nothing. */
  silent: boolean
}

/** Rows at most in one transaction: stamping a user's rows costs quadratically. */
const BATCH = 1_000
/** Milliseconds between two lines of progress. */
const TELL = 2_000

/** @throws MigrationError saying which form it has to have */
export function readBackfill(name: string, script: string): Backfill {
  const head = /^-- (silent )?batches of "?(\w+)"?\s*$/m.exec(script.split('\n', 1)[0] ?? '')
  if (head?.[2] === undefined) {
    throw new MigrationError(
      `The first line of ${name}/backfill.sql has to say whose rows it goes through: "-- batches of tasks", or "-- silent batches of tasks" to leave triggers out`,
    )
  }
  const [statement, ...more] = splitStatements(script)
  if (statement === undefined || more.length > 0 || !/^(UPDATE|INSERT|DELETE)\b.*\bbatch\b/is.test(statement)) {
    throw new MigrationError(
      `${name}/backfill.sql has to be one UPDATE, INSERT or DELETE that takes its rows from "batch", which has the primary keys of ${BATCH} rows at most`,
    )
  }
  return { table: head[2], statement, silent: head[1] !== undefined }
}

/**
 * Goes through a table in the order of its primary key, each batch in a transaction of its own with its users locked
 * first. Then once more, for what was written meanwhile. Broken off, it begins anew and finds what is done as it should
 * be.
 *
 * @throws MigrationError when the statement fails, or would change the same rows each time
 */
export async function runBackfill(
  connection: MigrationConnection,
  { table, statement, silent }: Backfill,
  attempt: Attempt,
): Promise<void> {
  const keys = await readKeys(connection, table, attempt.name)
  const progress = { batches: 0, changed: 0, toldAt: Date.now() }

  async function runBatch(page: Page): Promise<number> {
    const run = () => connection.query(`WITH "batch" AS MATERIALIZED (${page.sql}) ${statement}`, page.values)
    try {
      await connection.script(`BEGIN; ${LIMIT_LOCKS}${silent ? 'SET LOCAL session_replication_role = replica' : ''}`)
      await lockUsers(connection, { table, keys, page })
      const { count } = await run()
      // The first rows that change are as good as proof, and nobody else can write them now.
      if (count > 0 && progress.changed === 0 && (await run()).count > 0) {
        throw new MigrationError(
          `${attempt.name}/backfill.sql changes rows that it has just changed: its WHERE has to leave out those that are as they should be`,
        )
      }
      await connection.script('COMMIT')
      return count
    } catch (error) {
      await connection.script('ROLLBACK').catch(() => {})
      throw error
    }
  }

  async function walk(): Promise<number> {
    let changed = 0
    for (let after: string[] | null = null; ; ) {
      const last = await readLast(connection, pageOf({ table, keys, after, upTo: null }), keys)
      if (last === null) return changed
      const page = pageOf({ table, keys, after, upTo: last })
      const count = await retryLocks(connection, attempt, () => runBatch(page))
      after = last
      changed += count
      progress.changed += count
      progress.batches += 1
      if (Date.now() - progress.toldAt < TELL) continue
      progress.toldAt = Date.now()
      attempt.tell(
        `Backfilling ${attempt.name}: ${progress.batches} batches of ${table}, ${progress.changed} rows changed`,
      )
    }
  }

  try {
    if ((await walk()) > 0) await walk()
  } catch (error) {
    throw explain(error, { name: attempt.name, statement, batches: progress.batches })
  }
}

interface Key {
  /** Quoted. */
  column: string
  type: string
}

interface Page {
  sql: string
  values: string[]
}

async function readKeys({ query }: MigrationConnection, table: string, name: string): Promise<Key[]> {
  const { rows } = await query(
    `SELECT quote_ident(attname) AS column, format_type(atttypid, atttypmod) AS type
     FROM pg_index JOIN pg_attribute ON attrelid = indrelid AND attnum = ANY(indkey)
     WHERE indisprimary AND indrelid = to_regclass(quote_ident($1)) ORDER BY array_position(indkey::int2[], attnum)`,
    [table],
  )
  if (rows.length > 0) return rows.map((row) => ({ column: String(row['column']), type: String(row['type']) }))
  throw new MigrationError(`${name}/backfill.sql goes through ${table}, which is no table with a primary key`)
}

/** The keys of the rows after one and up to another, a batch at most. */
function pageOf(range: { table: string; keys: Key[]; after: string[] | null; upTo: string[] | null }): Page {
  const { table, keys, after, upTo } = range
  const columns = keys.map(({ column }) => column).join(', ')
  const values: string[] = []
  const compare = (operator: string, bound: string[] | null): string => {
    if (bound === null) return 'true'
    // As text, whatever the type: a driver's own idea of it could lose digits.
    const row = keys.map(({ type }, index) => `$${values.length + index + 1}::text::${type}`).join(', ')
    values.push(...bound)
    return `(${columns}) ${operator} (${row})`
  }
  const condition = `${compare('>', after)} AND ${compare('<=', upTo)}`
  return { sql: `SELECT ${columns} FROM "${table}" WHERE ${condition} ORDER BY ${columns} LIMIT ${BATCH}`, values }
}

/** @returns the last key of a page; null when the page is empty */
async function readLast({ query }: MigrationConnection, page: Page, keys: Key[]): Promise<string[] | null> {
  const texts = keys.map(({ column }, index) => `${column}::text AS key${index}`).join(', ')
  const backwards = keys.map(({ column }) => `${column} DESC`).join(', ')
  const { rows } = await query(`SELECT ${texts} FROM (${page.sql}) AS page ORDER BY ${backwards} LIMIT 1`, page.values)
  return rows[0] === undefined ? null : keys.map((_, index) => String(rows[0]?.[`key${index}`]))
}

/** Whatever touches several of a user's rows locks the user first, and several users in the order of their ids. */
async function lockUsers(
  { query }: MigrationConnection,
  { table, keys, page }: { table: string; keys: Key[]; page: Page },
): Promise<void> {
  const owner = table === 'users' ? 'id' : 'user_id'
  if (!keys.some(({ column }) => column === owner)) return
  await query(
    `SELECT 1 FROM users WHERE id IN (SELECT ${owner} FROM (${page.sql}) AS page) ORDER BY id FOR NO KEY UPDATE`,
    page.values,
  )
}

function explain(error: unknown, { name, statement, batches }: { name: string; statement: string; batches: number }) {
  if (error instanceof MigrationError) return error
  const hint = messageOf(error).includes('session_replication_role')
    ? ' (silent batches take a superuser, or GRANT SET ON PARAMETER session_replication_role TO the role that migrates)'
    : ''
  return new MigrationError(
    `Migration ${name} failed in backfill.sql after ${batches} batches, which stay: ${messageOf(error)}${hint}\n  ${abbreviate(statement)}`,
    { cause: error },
  )
}
