import type { AccountRecord } from '@taskwire/contract'
import type { Database, OpenDatabase } from '@taskwire/prisma'
import { exportAccount } from '../account/export-account.ts'
import { findAccount } from '../identity/accounts.ts'
import type { Identity } from '../identity/identity.ts'
import { currentMigration } from './current-migration.ts'
import { ARCHIVE_FORMAT } from './format.ts'
import { sealLines } from './seal-lines.ts'

export interface AccountExportOptions {
  email: string
  /** Called after each page. */
  onProgress?: (progress: { counts: Record<string, number> }) => void
}

/**
 * One user's own data, of one moment, as lines that look like those of an archive: the records of `account.export`. There is
 * no hash of a password or token in them, and nothing to import.
 *
 * @throws DomainError NOT_FOUND; ArchiveError where the schema is not that of this program
 */
export async function* exportAccountArchive(
  source: OpenDatabase,
  identity: Pick<Identity, 'policy'>,
  { email, onProgress = () => {} }: AccountExportOptions,
): AsyncGenerator<string, void, undefined> {
  const migration = await currentMigration(source)
  await using snapshot = await source.snapshot()
  const { id: userId } = await findAccount(snapshot.db, email)
  const counts: Record<string, number> = {}
  const createdAt = new Date().toISOString()
  const header = { product: 'taskwire', format: ARCHIVE_FORMAT, scope: 'account', createdAt, migration } as const
  const records = readPages(snapshot.db, identity, { userId, onPage: () => onProgress({ counts }) })
  yield* sealLines(header, records, counts)
}

async function* readPages(
  db: Database,
  identity: Pick<Identity, 'policy'>,
  { userId, onPage }: { userId: string; onPage: () => void },
): AsyncGenerator<AccountRecord, void, undefined> {
  let cursor: string | null = null
  do {
    const page = await exportAccount(db, identity, { userId, cursor, person: { sessionId: null } })
    yield* page.records
    onPage()
    cursor = page.nextCursor
  } while (cursor !== null)
}
