import type { Change } from '@taskwire/contract'
import type { Database } from '@taskwire/prisma'
import type { ChangeHub } from './change-hub.ts'
import { type ChangePage, listChanges } from './list-changes.ts'

/** What is read at once: little, for there are hundreds of streams. A slower reader is waited for before the next page. */
const PAGE: ChangePage = { limit: 100, bytes: 128_000 }

/** Does work at the database when it is its turn. */
export type InTurn = <T>(work: () => Promise<T>) => Promise<T>

/**
 * The user's changes since a version, and from then on as they happen, until the signal is aborted or the hub closed.
 * Versions rise strictly; a reader who is late gets each row once, as it is then.
 */
export async function* watchChanges(
  db: Database,
  userId: string,
  { since, hub, signal, inTurn }: { since: number | undefined; hub: ChangeHub; signal: AbortSignal; inTurn: InTurn },
): AsyncGenerator<Change, void> {
  using watcher = hub.watch(userId, signal)
  let version = since ?? (await inTurn(() => listChanges(db, userId, { limit: 1 }))).version
  while (!watcher.over) {
    const from = version
    const page = await inTurn(() => listChanges(db, userId, { since: from, ...PAGE }))
    if (page.reset) {
      yield { type: 'reset', version: page.version }
      return
    }
    yield* page.changes
    version = page.version
    if (!page.hasMore) await watcher.next(version)
  }
}
