import type { OpenDatabase } from '@taskwire/prisma'
import { ArchiveError } from './archive-error.ts'

/**
 * The newest migration of a database that has the schema of this program.
 *
 * @throws ArchiveError where it has another
 */
export async function currentMigration({ migrations }: OpenDatabase): Promise<string> {
  const { applied, pending, unknown, failed } = await migrations.status()
  const newest = applied.at(-1)?.name
  if (newest === undefined) {
    throw new ArchiveError('The database has no schema yet: run `pnpm taskwire migrate up`')
  }
  if (unknown.length > 0) {
    throw new ArchiveError(`The database is newer than this program, which does not know its migration ${unknown[0]}`)
  }
  if (pending.length > 0 || failed.length > 0) {
    throw new ArchiveError(
      `The database lacks the migration ${pending[0] ?? failed[0]}: run \`pnpm taskwire migrate up\``,
    )
  }
  return newest
}
