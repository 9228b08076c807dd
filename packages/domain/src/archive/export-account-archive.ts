import type { AccountRecord } from '@taskwire/contract'
import type { OpenDatabase } from '@taskwire/prisma'
import { exportAccount } from '../account/export-account.ts'
import { findAccount } from '../identity/accounts.ts'
import type { Identity } from '../identity/identity.ts'
import { type AccountPicture, openAccount } from './copy-account.ts'
import { currentMigration } from './current-migration.ts'
import { ARCHIVE_FORMAT } from './format.ts'
import { sealLines } from './seal-lines.ts'

/**
 * One user's own data as lines that look like those of an archive: the records of `account.export`. There is no hash of a
 * password or token in them, and nothing to import. Tags and tasks are as they were at one moment.
 *
 * @throws DomainError NOT_FOUND; ArchiveError where the schema is not that of this program
 */
export async function* exportAccountArchive(
  source: OpenDatabase,
  identity: Pick<Identity, 'policy'>,
  email: string,
): AsyncGenerator<string, void, undefined> {
  const migration = await currentMigration(source)
  const { id: userId } = await findAccount(source.client, email)
  await using picture = await openAccount(source, userId)
  const createdAt = new Date().toISOString()
  const header = { product: 'taskwire', format: ARCHIVE_FORMAT, scope: 'account', createdAt, migration } as const
  yield* sealLines(header, readPages(picture, identity, userId), {})
}

async function* readPages(
  { read }: AccountPicture,
  identity: Pick<Identity, 'policy'>,
  userId: string,
): AsyncGenerator<AccountRecord, void, undefined> {
  let cursor: string | null = null
  do {
    const page = await read((db) => exportAccount(db, identity, { userId, cursor, person: { sessionId: null } }))
    yield* page.records
    cursor = page.nextCursor
  } while (cursor !== null)
}
