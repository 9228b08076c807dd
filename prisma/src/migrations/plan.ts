import { type Backfill, readBackfill } from './backfill.ts'
import { type IndexStatement, namesOfBuilt, readIndexStatements } from './concurrent-indexes.ts'
import { MigrationError } from './errors.ts'
import type { Migration } from './folder.ts'
import { findTransactionControl } from './statements.ts'

/** A migration that is fit to be applied. */
export interface ApplyingPlan {
  migration: Migration
  /** What its script is made of where it runs in no transaction. */
  indexes: IndexStatement[] | null
  backfill: Backfill | null
}

/** @throws MigrationError when its files are not of the form that they have to have */
export function readApplyingPlan(migration: Migration): ApplyingPlan {
  const { name, up, backfill } = migration
  refuseTransactionControl(name, up)
  return {
    migration,
    indexes: readIndexStatements(name, up),
    backfill: backfill === null ? null : readBackfill(name, backfill),
  }
}

/** A migration that is fit to be taken back. */
export interface TakingBackPlan {
  name: string
  /** down.sql */
  script: string
  /** What it is made of where it runs in no transaction. */
  indexes: IndexStatement[] | null
  /** The indexes that migration.sql has built in no transaction. */
  builds: string[]
}

/** @throws MigrationError when there is no down.sql, or none of the form that it has to have */
export function readTakingBackPlan(name: string, migrations: Migration[]): TakingBackPlan {
  const migration = migrations.find((candidate) => candidate.name === name)
  if (migration === undefined) throw new MigrationError(`Migration ${name} is applied, but its folder is not here`)
  const { up, down: script } = migration
  if (script === null) throw new MigrationError(`Migration ${name} has no down.sql`)
  refuseTransactionControl(name, script)
  const indexes = readIndexStatements(name, script)
  const built = readIndexStatements(name, up)
  // Broken off, it would be neither applied nor taken back, and nobody would know how to go on.
  if (indexes !== null && built === null) {
    throw new MigrationError(
      `Migration ${name} says CONCURRENTLY in down.sql, which only goes with one that says it too`,
    )
  }
  return { name, script, indexes, builds: namesOfBuilt(built ?? []) }
}

function refuseTransactionControl(name: string, script: string): void {
  const statement = findTransactionControl(script)
  if (statement === undefined) return
  throw new MigrationError(
    `Migration ${name} says ${statement}, but a script runs whole in one transaction: leave it out`,
  )
}
