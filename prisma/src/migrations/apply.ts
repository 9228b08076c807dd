import { runBackfill } from './backfill.ts'
import { dropStatements, runIndexStatements } from './concurrent-indexes.ts'
import type { MigrationConnection } from './connection.ts'
import { explainScriptFailure } from './explain-script-failure.ts'
import { finishRow, insertBegunRow, insertRow, noteIndexes, readBegun } from './history.ts'
import { type Attempt, LIMIT_LOCKS, retryLocks } from './lock-waits.ts'
import type { ApplyingPlan } from './plan.ts'

/**
 * Applies a migration, or goes on with it where an attempt was broken off. What runs in a transaction is noted in that
 * transaction, so that it has either taken place and is known, or neither; the rest is noted as begun until it is done.
 */
export async function applyMigration(
  connection: MigrationConnection,
  { migration, indexes, backfill }: ApplyingPlan,
  attempt: Attempt,
): Promise<void> {
  const { name, up, checksum } = migration
  const begun = await readBegun(connection, name)
  if (indexes !== null) {
    const rewritten = begun !== null && begun.checksum !== checksum
    if (rewritten) await runIndexStatements(connection, dropStatements(begun.indexes), attempt)
    const own = rewritten ? [] : begun?.indexes
    await connection.script(insertBegunRow(migration, own))
    const note = (names: string[]) => connection.script(noteIndexes(name, names))
    await runIndexStatements(connection, indexes, { ...attempt, own, note })
  } else if (begun === null) {
    const row = backfill === null ? insertRow(migration) : insertBegunRow(migration)
    const script = `${LIMIT_LOCKS}${up}\n;${row}`
    try {
      await retryLocks(connection, attempt, () => connection.script(script))
    } catch (error) {
      throw await explainScriptFailure(connection, { name, script: up, error })
    }
  }
  if (backfill !== null) await runBackfill(connection, backfill, attempt)
  if (indexes !== null || backfill !== null) await connection.script(finishRow(name))
}
