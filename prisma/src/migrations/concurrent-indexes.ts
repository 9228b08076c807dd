import type { MigrationConnection } from './connection.ts'
import { abbreviate, MigrationError, messageOf } from './errors.ts'
import { type Attempt, describeBlockers, meanwhile, readBlockers } from './lock-waits.ts'
import { splitStatements } from './statements.ts'

/** A statement that PostgreSQL runs in no transaction, and that several attempts can bring to its end. */
export interface IndexStatement {
  does: 'create' | 'drop'
  /** Of the index. */
  name: string
  sql: string
}

/** Milliseconds between two lines about an index that is built. */
const TELL = 5_000

const CONCURRENT = /^(?:CREATE\s+(?:UNIQUE\s+)?|DROP\s+)INDEX\s+CONCURRENTLY\b/i
const CREATE = /^CREATE\s+(?:UNIQUE\s+)?INDEX\s+CONCURRENTLY\s+("[^"]+"|\w+)\s+ON\b/i
const DROP = /^DROP\s+INDEX\s+CONCURRENTLY\s+(?:IF\s+EXISTS\s+)?("[^"]+"|\w+)$/i

/**
 * The statements of a script that builds and drops indexes while others write.
 * @returns null for a script that runs in a transaction
 * @throws MigrationError when it holds anything else: that could be half done after an attempt that was broken off
 */
export function readIndexStatements(name: string, script: string): IndexStatement[] | null {
  const statements = splitStatements(script)
  if (!statements.some((statement) => CONCURRENT.test(statement))) return null
  return statements.map((sql) => {
    const [does, index] = CREATE.test(sql)
      ? (['create', CREATE.exec(sql)] as const)
      : (['drop', DROP.exec(sql)] as const)
    if (index?.[1] !== undefined) return { does, name: unquote(index[1]), sql }
    throw new MigrationError(
      `Migration ${name} says CONCURRENTLY: beside CREATE INDEX CONCURRENTLY "name" ON … and DROP INDEX CONCURRENTLY "name" its script can hold nothing, but it holds ${abbreviate(sql)}`,
    )
  })
}

/** The names of the indexes that the statements build. */
export function namesOfBuilt(statements: IndexStatement[]): string[] {
  return statements.filter(({ does }) => does === 'create').map(({ name }) => name)
}

/** What drops the indexes of these names that are there. */
export function dropStatements(names: string[]): IndexStatement[] {
  return names.map((name) => ({ does: 'drop', name, sql: dropIndex(name) }))
}

/**
 * Brings the statements to their end, one by one and each in no transaction.
 * @param own the indexes that an attempt which was broken off has begun: a valid one is done, an invalid one built
 *   anew. One that is not among them is somebody else's, and left alone
 * @param note is given them anew before another one is begun
 * @throws MigrationError naming the statement; an index that could not be built is dropped, because an invalid one goes
 *   on costing each write, and a unique one refusing them
 */
export async function runIndexStatements(
  connection: MigrationConnection,
  statements: IndexStatement[],
  {
    own = [],
    note = async () => {},
    ...attempt
  }: Attempt & { own?: string[]; note?: (own: string[]) => Promise<void> },
): Promise<void> {
  const begun = new Set(own)
  for (const [number, { does, name, sql }] of statements.entries()) {
    const run = (script: string) => watchIndex(connection, { ...attempt, index: name }, () => connection.script(script))
    const dropInvalid = async () => {
      if ((await readState(connection, name)) === 'invalid') await run(dropIndex(name))
    }
    try {
      if (does === 'drop') {
        if ((await readState(connection, name)) !== 'missing') await run(sql)
        continue
      }
      if (begun.has(name)) await dropInvalid()
      const state = await readState(connection, name)
      if (state === 'valid' && begun.has(name)) continue
      if (state === 'missing') await note([...begun.add(name)])
      await run(sql)
    } catch (error) {
      // In a session that has died it fails: then the next attempt does it.
      if (does === 'create' && begun.has(name)) await dropInvalid().catch(() => {})
      throw new MigrationError(
        `Migration ${attempt.name} failed at statement ${number + 1} of ${statements.length}: ${explain(error)}\n  ${abbreviate(sql)}`,
        { cause: error },
      )
    }
  }
}

type State = 'missing' | 'invalid' | 'valid'

async function readState({ query }: MigrationConnection, name: string): Promise<State> {
  const { rows } = await query(
    `SELECT indisvalid FROM pg_index JOIN pg_class ON pg_class.oid = indexrelid
     WHERE relnamespace = current_schema()::regnamespace AND relname = $1`,
    [name],
  )
  if (rows[0] === undefined) return 'missing'
  return rows[0]['indisvalid'] === true ? 'valid' : 'invalid'
}

/** Tells how far the work on an index has come, and whose transactions it waits for. Nobody waits for it meanwhile. */
async function watchIndex(
  { bystander }: MigrationConnection,
  { index, tell }: Attempt & { index: string },
  work: () => Promise<void>,
): Promise<void> {
  if (bystander === null) return work()
  const look = async () => {
    const [row] = await bystander.query(
      `SELECT phase, CASE WHEN tuples_total > 0 THEN 100 * tuples_done / tuples_total
         WHEN blocks_total > 0 THEN 100 * blocks_done / blocks_total END AS percent
       FROM pg_stat_progress_create_index WHERE pid = $1`,
      [bystander.migrating],
    )
    const blockers = await readBlockers(bystander)
    const phase = String(row?.['phase'] ?? 'dropping it')
    const percent = row?.['percent'] == null ? '' : `, ${row['percent']} %`
    const waits = blockers.length === 0 ? '' : `. In the way: ${describeBlockers(blockers)}`
    tell(`${index}: ${phase}${percent}${waits}`)
  }
  return meanwhile(TELL, look, work)
}

function dropIndex(name: string): string {
  return `DROP INDEX CONCURRENTLY "${name}"`
}

function explain(error: unknown): string {
  const duplicates = (error as { code?: unknown }).code === '23505'
  return duplicates ? `${messageOf(error)}, because some rows have the same key` : messageOf(error)
}

/** PostgreSQL's own rule: what is not quoted is lower case. */
function unquote(name: string): string {
  return name.startsWith('"') ? name.slice(1, -1) : name.toLowerCase()
}
