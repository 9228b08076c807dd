import { dropStatements, namesOfBuilt, runIndexStatements } from './concurrent-indexes.ts'
import type { MigrationConnection } from './connection.ts'
import { explainScriptFailure } from './explain-script-failure.ts'
import { deleteRow, readBegun, reopenRow } from './history.ts'
import { type Attempt, LIMIT_LOCKS, retryLocks } from './lock-waits.ts'
import type { TakingBackPlan } from './plan.ts'

/**
 * Takes a migration back. Broken off outside a transaction, it is one that was begun: up and down both go on from
 * there.
 */
export async function takeBackMigration(
  connection: MigrationConnection,
  { name, script, indexes, builds }: TakingBackPlan,
  attempt: Attempt,
): Promise<void> {
  if (indexes !== null) {
    const begun = await readBegun(connection, name)
    await connection.script(reopenRow(name, builds))
    // Of one that was broken off, what it has begun goes. An index whose name it had not come to is somebody else's.
    const statements =
      begun === null
        ? indexes
        : [
            ...dropStatements(begun.indexes),
            ...indexes.filter(({ does, name }) => does === 'create' || !builds.includes(name)),
          ]
    const own = begun === null ? [] : namesOfBuilt(indexes)
    await runIndexStatements(connection, statements, { ...attempt, own })
    await connection.script(deleteRow(name))
    return
  }
  try {
    await retryLocks(connection, attempt, () => connection.script(`${LIMIT_LOCKS}${script}\n;${deleteRow(name)}`))
  } catch (error) {
    throw await explainScriptFailure(connection, { name, script, error })
  }
}
