import { UNFINISHED_HINT } from '@taskwire/prisma'
import type { Check } from './finding.ts'

export const checkMigrations: Check = async ({ migrations }) => {
  const { applied, pending, failed, edited, unknown } = await migrations.status()
  if (failed.length > 0) {
    return {
      ok: false,
      says: `${failed.join(', ')} was begun and never finished`,
      hint: UNFINISHED_HINT,
    }
  }
  if (edited.length > 0) {
    return {
      ok: false,
      says: `${edited.join(', ')} was changed after it was applied`,
      hint: 'restore its migration.sql',
    }
  }
  if (unknown.length > 0) {
    return {
      ok: false,
      says: `${unknown.join(', ')} is not known here`,
      hint: 'this program is older than the database',
    }
  }
  if (pending.length > 0) {
    return {
      ok: false,
      says: `${pending.length} of ${pending.length + applied.length} are pending`,
      hint: 'run `pnpm taskwire migrate up`',
    }
  }
  return { ok: true, says: `all ${applied.length} are applied` }
}
