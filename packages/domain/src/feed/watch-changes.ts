import type { Change } from '@taskwire/contract'
import type { Database } from '@taskwire/prisma'
import { askAgain } from './ask-again.ts'
import type { ChangeHub } from './change-hub.ts'
import { type ChangePage, listChanges } from './list-changes.ts'

/** What is read at once: little, for there are hundreds of streams. A slower reader is waited for before the next page. */
const PAGE: ChangePage = { limit: 100, bytes: 128_000 }

/** Does work at the database when it is its turn. */
export type InTurn = <T>(work: () => Promise<T>) => Promise<T>

/**
 * The user's changes since a version, and from then on as they happen, until the signal is aborted or the hub closed.
 * Versions rise strictly; a reader who is late gets each row once, as it is then. A database that cannot answer its first
 * question is an error at once; later it is waited for.
 */
export async function* watchChanges(
  db: Database,
  userId: string,
  { since, hub, signal, inTurn }: { since: number | undefined; hub: ChangeHub; signal: AbortSignal; inTurn: InTurn },
): AsyncGenerator<Change, void> {
  using watcher = hub.watch(userId, signal)
  /** By this process's clock, since when all was told that there was; infinite while that is not so. */
  let idleSince = Number.POSITIVE_INFINITY
  let hasBegun = since === undefined
  let version = since ?? (await inTurn(() => listChanges(db, userId, { limit: 1 }))).version
  let snapshot: number | undefined
  while (!watcher.over) {
    const from = { since: version, snapshot }
    const ask = () => inTurn(() => listChanges(db, userId, { ...from, ...PAGE }))
    const page = hasBegun ? await askAgain(ask, { signal, over: () => watcher.over }) : await ask()
    if (page === null) return
    hasBegun = true
    if (page.reset) {
      yield { type: 'reset', version: page.version }
      return
    }
    for (const change of page.changes) {
      const changedAt = timeOf(change)
      // What is older waited for the reader, or for the stream to begin.
      if (changedAt >= idleSince) hub.noteTold(Math.max(0, Date.now() - changedAt))
      yield change
    }
    version = page.version
    idleSince = page.hasMore ? Number.POSITIVE_INFINITY : Date.now()
    snapshot = page.snapshot ?? undefined
    if (!page.hasMore) await watcher.next(version)
  }
}

/** When a change was made; a deletion does not tell. */
function timeOf(change: Change): number {
  const row = change.type === 'task' ? change.task : change.type === 'tag' ? change.tag : null
  return row?.updatedAt.getTime() ?? Number.NEGATIVE_INFINITY
}
