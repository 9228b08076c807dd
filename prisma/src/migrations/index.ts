import type { MigrationConnection } from './connection.ts'
import { NO_FILTERS, type SchemaEngine, withEngine } from './engine.ts'
import { explainFailure, MigrationError, UNFINISHED_HINT } from './errors.ts'
import { MIGRATIONS_FOLDER, type Migration, readMigrations, toMigrationList } from './folder.ts'
import { type MigrationStatus, readStatus } from './history.ts'
import { findTransactionControl } from './statements.ts'

export interface Migrations {
  status(): Promise<MigrationStatus>
  /**
   * Applies what is pending, oldest first, each whole or not at all.
   * @returns the names of those applied
   * @throws MigrationError naming the statement that failed, or what in the database's history stands in the way
   */
  up(options?: { onProgress?: (name: string) => void }): Promise<string[]>
  /**
   * Takes back the last `count` migrations (default 1), newest first, each whole or not at all.
   * @returns the names of those taken back
   * @throws MigrationError naming the statement that failed, or the migration that has no down.sql
   */
  down(options?: { count?: number; onProgress?: (name: string) => void }): Promise<string[]>
}

export interface MigrationsOptions {
  connect(): Promise<MigrationConnection>
  folder?: string
}

export function createMigrations({ connect, folder = MIGRATIONS_FOLDER }: MigrationsOptions): Migrations {
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

    up: ({ onProgress } = {}) =>
      connected((connection, migrations) =>
        connection.exclusively(async () => {
          const status = await readStatus(connection, migrations)
          refuseStrangeHistory(status)
          if (status.pending.length === 0) return []
          return withEngine(connection.adapter, async (engine) => {
            // One at a time, so that each is announced and a failure is known to be the last one's.
            for (const [index, migration] of migrations.entries()) {
              if (!status.pending.includes(migration.name)) continue
              refuseTransactionControl(migration.name, migration.up)
              onProgress?.(migration.name)
              try {
                await engine.applyMigrations({
                  migrationsList: toMigrationList(folder, migrations.slice(0, index + 1)),
                  filters: NO_FILTERS,
                })
              } catch (error) {
                await withdraw(migration, engine, connection)
                throw await explainFailure({ connection, name: migration.name, script: migration.up, error })
              }
            }
            return status.pending
          })
        }),
      ),

    down: ({ count = 1, onProgress } = {}) =>
      connected((connection, migrations) =>
        connection.exclusively(async () => {
          if (!Number.isSafeInteger(count) || count < 1) {
            throw new MigrationError(`The number of migrations to take back is at least 1, not ${count}`)
          }
          const { applied } = await readStatus(connection, migrations)
          const names = applied
            .slice(-count)
            .map(({ name }) => name)
            .reverse()
          const scripts = names.map((name) => ({ name, script: downScript(name, migrations) }))
          for (const { name, script } of scripts) {
            refuseTransactionControl(name, script)
            onProgress?.(name)
            try {
              await connection.script(
                `${script}\n;DELETE FROM _prisma_migrations WHERE migration_name = '${name.replaceAll("'", "''")}'`,
              )
            } catch (error) {
              throw await explainFailure({ connection, name, script, error })
            }
          }
          return names
        }),
      ),
  }
}

/** Sent whole, a script that failed has left nothing behind; the row that says "begun" would block the next try. */
async function withdraw(migration: Migration, engine: SchemaEngine, connection: MigrationConnection): Promise<void> {
  const { failed } = await readStatus(connection, [migration])
  if (failed.includes(migration.name)) await engine.markMigrationRolledBack({ migrationName: migration.name })
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

function refuseTransactionControl(name: string, script: string): void {
  const statement = findTransactionControl(script)
  if (statement === undefined) return
  throw new MigrationError(
    `Migration ${name} says ${statement}, but a script runs whole in one transaction: leave it out`,
  )
}

function downScript(name: string, migrations: Migration[]): string {
  const migration = migrations.find((candidate) => candidate.name === name)
  if (migration === undefined) throw new MigrationError(`Migration ${name} is applied, but its folder is not here`)
  if (migration.down === null) throw new MigrationError(`Migration ${name} has no down.sql`)
  return migration.down
}
