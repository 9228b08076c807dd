import type { Transaction } from '@tanstack/db'
import type { StorageAdapter } from '@tanstack/offline-transactions'
import type { Delivery } from './offline/deliver.ts'
import { memoryOutbox, type Outbox, openOutbox } from './offline/outbox.ts'
import { browserStorage, type LastUser, lastUserIn } from './offline/storage.ts'
import { userOf } from './user.ts'

export type {
  ConflictDecision,
  OfflineConflict,
  OfflineRefusal,
  TaskwireConflict,
  UnsentChange,
} from './offline/conflict.ts'

/** For whom, and what to do with changes that cannot simply be made. */
export interface TaskwireOfflineOptions extends Delivery {
  /** Where to keep what is unsent; by default the browser's IndexedDB, or localStorage. */
  storage?: StorageAdapter
  /**
   * Called when something cannot be kept, such as with blocked site data or a full disk: it is sent, but does not outlive
   * the page. Also when something that was sent cannot be taken out of the storage: it will be sent once more.
   */
  onStorageFailure?: ((error: unknown) => void) | undefined
}

/** Changes that outlive the page and the network. */
export interface TaskwireOffline {
  /**
   * Makes changes of the collections, which are shown at once, kept in the browser, and sent in their order as soon as
   * that is possible. The transaction's `isPersisted.promise` resolves when the server has them. Rolling it back takes
   * them back, as long as they wait.
   */
  mutate(change: () => void): Transaction
  /** Resolves once what the present user has not sent yet is shown again. From then on changes are kept. */
  ready(): Promise<void>
  /** How many transactions wait in this tab to be sent. */
  unsent(): number
  /** Sends nothing more. What is unsent is kept for the next start. */
  stop(): void
}

/**
 * Keeps changes that are made without network: they outlive a reload and are sent once and in order. What is unsent
 * belongs to the user who made it and waits for that user: nobody else sees or sends it. Each tab keeps and sends its own
 * changes; when it is closed or reloaded, another one goes on with what it has not sent.
 *
 * @example
 * const offline = taskwireOffline({
 *   client,
 *   collections: { tasks, tags },
 *   onConflict: ({ current, mine }) => (askUser(current, mine) ? 'mine' : 'theirs'),
 *   onRefused: ({ mine, error }) => report(mine, error),
 * })
 * offline.mutate(() => tasks.insert(newTask({ title: 'Write the report' })))
 */
export function taskwireOffline(options: TaskwireOfflineOptions): TaskwireOffline {
  const { client } = options
  const storage = Promise.resolve(options.storage ?? browserStorage()).catch(reportFailure)
  let user: string | null = null
  // Until it is known whose changes they are, nothing can be kept.
  let outbox = memoryOutbox(options, null)
  const open = new Set([outbox])
  let stopped = false

  function reportFailure(error: unknown): null {
    options.onStorageFailure?.(error)
    return null
  }

  function use(next: Outbox): void {
    outbox = next
    open.add(next)
  }

  /** At once: nothing of a user who has left is seen or sent. */
  function leave(): void {
    user = null
    for (const left of open) left.close()
    open.clear()
    use(memoryOutbox(options, null))
  }

  async function turn(): Promise<void> {
    const kept = await storage
    const next = await presentUser(kept && lastUserIn(kept))
    if (stopped || next === user) return
    if (user !== null) leave()
    user = next
    if (next === null) return
    const opened = (kept && (await openKept(next, kept))) ?? memoryOutbox(options, next)
    if (user === next && !stopped) use(opened)
    else opened.close()
  }

  function openKept(owner: string, kept: StorageAdapter): Promise<Outbox | null> {
    return openOutbox({ ...options, user: owner, storage: kept }).catch(reportFailure)
  }

  async function presentUser(last: LastUser | null): Promise<string | null> {
    // While the server cannot be asked who this is, it is whoever it was.
    if (client.$session.status === 'unknown') return (await last?.read()) ?? null
    await last?.remember(userOf(client))
    return userOf(client)
  }

  let turning = turn()
  const unsubscribe = client.$session.subscribe(() => {
    if (user !== null && client.$session.status !== 'unknown' && userOf(client) !== user) leave()
    turning = turning.then(turn)
  })

  return {
    mutate: (change) => outbox.mutate(change),
    ready: () => turning,
    unsent: () => [...open].reduce((count, each) => count + each.count(), 0),
    stop() {
      stopped = true
      unsubscribe()
      leave()
    },
  }
}
