import type { MigrationConnection } from './connection.ts'
import { splitStatements } from './statements.ts'

/** A migration could not be run. What it had done is rolled back, and nothing records it as applied. */
export class MigrationError extends Error {
  override name = 'MigrationError'
}

/** What to do about a migration that was begun and never finished. */
export const UNFINISHED_HINT =
  'look at what it left behind, then set finished_at or rolled_back_at of its row in _prisma_migrations'

/**
 * Names the statement at which a script failed. The engine hides the database's error and the script was sent whole, so
 * the statements are run once more, one by one, in a transaction that is rolled back.
 */
export async function explainFailure(failure: {
  connection: MigrationConnection
  name: string
  script: string
  error: unknown
}): Promise<MigrationError> {
  const { connection, name, script, error } = failure
  const statements = splitStatements(script)
  const { index, error: cause } = (await connection.firstFailure(statements)) ?? { index: -1, error }
  const where = index === -1 ? '' : ` at statement ${index + 1} of ${statements.length}`
  const statement = index === -1 ? '' : `\n  ${abbreviate(statements[index] ?? '')}`
  return new MigrationError(`Migration ${name} failed${where}: ${messageOf(cause)}${statement}`, { cause })
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

function abbreviate(statement: string): string {
  const line = statement.replaceAll(/\s+/g, ' ')
  return line.length > 300 ? `${line.slice(0, 300)}…` : line
}
