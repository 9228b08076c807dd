import { runIndexStatements } from './concurrent-indexes.ts'
import type { MigrationConnection } from './connection.ts'
import { explainScriptFailure } from './explain-script-failure.ts'
import { deleteRow, readBegun, reopenRow } from './history.ts'
import { type Attempt, LIMIT_LOCKS, retryLocks } from './lock-waits.ts'
import type { TakingBackPlan } from './plan.ts'

/** Takes a migration back. Broken off outside a transaction, it is one that was begun: up and down both go on from there. */
export async function takeBackMigration(
  connection: MigrationConnection,
  { name, script, indexes }: TakingBackPlan,
  attempt: Attempt,
): Promise<void> {
  if (indexes !== null) {
    const resumed = (await readBegun(connection, name)) !== null
    await connection.script(reopenRow(name))
    await runIndexStatements(connection, indexes, { ...attempt, resumed })
    await connection.script(deleteRow(name))
    return
  }
  try {
    await retryLocks(connection, attempt, () => connection.script(`${LIMIT_LOCKS}${script}\n;${deleteRow(name)}`))
  } catch (error) {
    throw await explainScriptFailure(connection, { name, script, error })
  }
}
