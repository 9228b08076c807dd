import { type Finding, ok, UNFINISHED_HINT } from '@taskwire/prisma'
import type { Examination } from './examination.ts'

export async function checkMigrations({ database: { migrations } }: Pick<Examination, 'database'>): Promise<Finding> {
  const { applied, pending, failed, edited, unknown } = await migrations.status()
  const fail = (says: string, hint: string): Finding => ({ grade: 'FAIL', says, hint })
  if (failed.length > 0) return fail(`${failed.join(', ')} was begun and never finished`, UNFINISHED_HINT)
  if (edited.length > 0) {
    return fail(`${edited.join(', ')} was changed after it was applied`, 'restore its migration.sql')
  }
  if (unknown.length > 0) {
    return fail(`${unknown.join(', ')} is not known here`, 'this program is older than the database')
  }
  if (pending.length > 0) {
    return fail(`${pending.length} of ${pending.length + applied.length} are pending`, 'run `pnpm taskwire migrate up`')
  }
  return ok(`all ${applied.length} are applied`)
}
