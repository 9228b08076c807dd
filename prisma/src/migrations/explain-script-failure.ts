import type { MigrationConnection } from './connection.ts'
import { abbreviate, MigrationError, messageOf } from './errors.ts'
import { LIMIT_LOCKS } from './lock-waits.ts'
import { splitStatements } from './statements.ts'

/**
 * Names the statement at which a script failed. It was sent whole, so the statements are run once more, one by one, in
 * a transaction that is rolled back.
 */
export async function explainScriptFailure(
  connection: MigrationConnection,
  failure: { name: string; script: string; error: unknown },
): Promise<MigrationError> {
  const { name, script, error } = failure
  if (error instanceof MigrationError) return error
  const statements = splitStatements(script)
  const { index, error: cause } = (await firstFailure(connection, statements)) ?? { index: -1, error }
  const where = index === -1 ? '' : ` at statement ${index + 1} of ${statements.length}`
  const statement = index === -1 ? '' : `\n  ${abbreviate(statements[index] ?? '')}`
  return new MigrationError(`Migration ${name} failed${where}: ${messageOf(cause)}${statement}`, { cause })
}

async function firstFailure(
  { script }: MigrationConnection,
  statements: string[],
): Promise<{ index: number; error: unknown } | null> {
  try {
    await script(`BEGIN; ${LIMIT_LOCKS}`)
  } catch {
    // The session has died, and the script with it.
    return null
  }
  try {
    for (const [index, statement] of statements.entries()) {
      try {
        await script(statement)
      } catch (error) {
        return { index, error }
      }
    }
    return null
  } finally {
    await script('ROLLBACK').catch(() => {})
  }
}
