import { applyMigration } from './apply.ts'
import type { MigrationConnection } from './connection.ts'
import { MigrationError, UNFINISHED_HINT } from './errors.ts'
import { exclusively } from './exclusively.ts'
import { MIGRATIONS_FOLDER, type Migration, readMigrations } from './folder.ts'
import { type MigrationStatus, prepareHistory, readLatest, readStatus } from './history.ts'
import { readApplyingPlan, readTakingBackPlan } from './plan.ts'
import { takeBackMigration } from './take-back.ts'

export interface Migrations {
  status(): Promise<MigrationStatus>
  /**
   * Applies what is pending, oldest first, each whole or not at all; what no transaction can do goes on where it was
   * broken off. While others hold a lock that is needed, it waits without holding anybody up.
   * @param onProgress takes lines about what goes on
   * @returns the names of those applied
   * @throws MigrationError naming the statement that failed, who is in the way, or what in the database's history is
   */
  up(options?: { onProgress?: (line: string) => void }): Promise<string[]>
  /**
   * Takes back the last `count` migrations (default 1), newest first, each whole or not at all.
   * @param confirm is given them with their down.sql before anything happens; false leaves everything as it is. Others
   *   may migrate while it makes up its mind
   * @returns the names of those taken back
   * @throws MigrationError naming the statement that failed, who is in the way, the migration that has no down.sql, or
   *   what others have made the last ones since `confirm` was asked
   */
  down(options?: {
    count?: number
    onProgress?: (line: string) => void
    confirm?: (takenBack: { name: string; script: string }[]) => Promise<boolean>
  }): Promise<string[]>
}

export interface MigrationsOptions {
  connect(): Promise<MigrationConnection>
  folder?: string
  /** For how many milliseconds a migration tries for its locks. Default 5 minutes. */
  patience?: number
}

export function createMigrations({
  connect,
  folder = MIGRATIONS_FOLDER,
  patience = 300_000,
}: MigrationsOptions): Migrations {
  async function connected<T>(
    work: (connection: MigrationConnection, migrations: Migration[]) => Promise<T>,
  ): Promise<T> {
    const connection = await connect()
    try {
      return await work(connection, readMigrations(folder))
    } finally {
      await connection.close()
    }
  }

  return {
    status: () => connected(readStatus),

    up: ({ onProgress: tell = () => {} } = {}) =>
      connected((connection, migrations) =>
        exclusively(connection, { patience, tell }, async () => {
          const status = await readStatus(connection, migrations)
          refuseStrangeHistory(status)
          const pending = migrations.filter(({ name }) => status.pending.includes(name))
          if (pending.length === 0) return []
          const plans = pending.map(readApplyingPlan)
          await prepareHistory(connection)
          for (const plan of plans) {
            const { name } = plan.migration
            tell(`Applying ${name}`)
            await applyMigration(connection, plan, { name, patience, tell })
          }
          return status.pending
        }),
      ),

    down: ({ count = 1, onProgress: tell = () => {}, confirm = async () => true } = {}) =>
      connected(async (connection, migrations) => {
        if (!Number.isSafeInteger(count) || count < 1) {
          throw new MigrationError(`The number of migrations to take back is at least 1, not ${count}`)
        }
        const names = await readLatest(connection, { migrations, count })
        const plans = names.map((name) => readTakingBackPlan(name, migrations))
        // Before the lock: a server that starts meanwhile would wait for whoever thinks it over.
        if (plans.length === 0 || !(await confirm(plans))) return []
        return exclusively(connection, { patience, tell }, async () => {
          const latest = await readLatest(connection, { migrations, count })
          if (latest.join() !== names.join()) {
            throw new MigrationError(
              `Meanwhile another process has migrated this database: ${latest.join(', ') || 'nothing'} would be taken back now, not ${names.join(', ')}. Nothing has been: run it again`,
            )
          }
          for (const plan of plans) {
            tell(`Taking back ${plan.name}`)
            await takeBackMigration(connection, plan, { name: plan.name, patience, tell })
          }
          return names
        })
      }),
  }
}

function refuseStrangeHistory({ failed, edited, unknown, pending, applied }: MigrationStatus): void {
  if (failed.length > 0) {
    throw new MigrationError(`Migration ${failed[0]} was begun and never finished: ${UNFINISHED_HINT}`)
  }
  if (edited.length > 0) {
    throw new MigrationError(
      `Migration ${edited[0]} was changed after it was applied: restore its migration.sql, and put the change into a new migration`,
    )
  }
  if (unknown.length > 0) {
    throw new MigrationError(`Migration ${unknown[0]} is applied, but its folder is not here: this program is too old`)
  }
  const last = applied.at(-1)?.name ?? ''
  const late = pending.find((name) => name < last)
  if (late !== undefined) {
    throw new MigrationError(
      `Migration ${late} is older than ${last}, which is applied already: give it a later timestamp`,
    )
  }
}
