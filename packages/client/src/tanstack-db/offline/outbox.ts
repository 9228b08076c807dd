import { createTransaction, type PendingMutation, type Transaction } from '@tanstack/db'
import { OutboxManager, type OfflineTransaction as StoredTransaction } from '@tanstack/offline-transactions'
import { delay } from '../../abort.ts'
import { newId } from '../../new-id.ts'
import { type Delivery, deliver } from './deliver.ts'
import { type KeepingOptions, partsKept, storageOf } from './storage.ts'
import { shareParts } from './tab-parts.ts'

/** What one user has not sent yet, in this browser. */
export interface Outbox {
  /** Makes the changes, shows them, and sends them. */
  mutate(change: () => void): Transaction
  /** How many transactions wait to be sent. */
  count(): number
  /** Sends nothing more, and takes what is unsent from the collections. */
  close(): void
}

/** Keeps nothing: what it has not sent is gone with the page. */
export function memoryOutbox(delivery: Delivery, user: string | null): Outbox {
  const queue = createQueue(delivery, user)
  return {
    mutate(change) {
      const transaction = changed(change)
      queue.add({ transaction, kept: Promise.resolve(), forget: async () => {} })
      return transaction
    },
    count: queue.count,
    close: queue.close,
  }
}

export interface OutboxOptions extends Delivery, KeepingOptions {
  user: string
}

/**
 * Keeps what is unsent in this tab's part of the storage. Resolves when what was kept in parts that no tab has is shown
 * again. Rejects when the storage cannot be used.
 */
export async function openOutbox(options: OutboxOptions): Promise<Outbox> {
  const { user, storage, collections, onStorageFailure } = options
  const queue = createQueue(options, user)
  const own = newId()
  const managerOf = (part: string) => new OutboxManager(storageOf(storage, { user, part }), collections)
  const ownManager = managerOf(own)
  const known = new Set<string>()
  let latest = 0

  /** A time after all others, also where the clock was set back: by it, what is kept is sorted. */
  function nextTime(): Date {
    latest = Math.max(Date.now(), latest + 1)
    return new Date(latest)
  }

  function reportFailure(error: unknown): void {
    onStorageFailure?.(error)
  }

  /** Moves it into this tab's part: what is built on it comes after it there. @returns whether that was possible */
  async function move(stored: StoredTransaction, from: OutboxManager): Promise<boolean> {
    try {
      await ownManager.add(stored)
      await remove(from, stored.id)
      return true
    } catch (error) {
      reportFailure(error)
      return false
    }
  }

  /** Shows and sends what another tab has left. @returns whether it keeps something that cannot be moved */
  async function takeOver(part: string): Promise<boolean> {
    const from = managerOf(part)
    const left = await from.getAll()
    if (queue.signal.aborted) return false
    const moves = left.map((stored) => {
      const { id, createdAt } = stored
      latest = Math.max(latest, createdAt.getTime())
      const moved = move(stored, from)
      if (known.has(id)) return moved
      known.add(id)
      const forget = () => Promise.all([remove(ownManager, id), remove(from, id)]).then(() => {}, reportFailure)
      queue.add({ transaction: shownAgain(stored), kept: moved.then(() => {}), forget })
      return moved
    })
    return (await Promise.all(moves)).includes(false)
  }

  try {
    const name = `taskwire:unsent:${user}`
    await shareParts({ name, own, list: () => partsKept(storage, user), takeOver, signal: queue.signal })
  } catch (error) {
    queue.close()
    throw error
  }

  return {
    mutate(change) {
      const transaction = changed(change)
      const { id, mutations } = transaction
      known.add(id)
      const kept = ownManager.add(stored({ id, mutations, createdAt: nextTime() })).catch(reportFailure)
      queue.add({ transaction, kept, forget: () => remove(ownManager, id).catch(reportFailure) })
      return transaction
    },
    count: queue.count,
    close: queue.close,
  }
}

function stored(transaction: Pick<StoredTransaction, 'id' | 'mutations' | 'createdAt'>): StoredTransaction {
  const { id, mutations } = transaction
  const keys = mutations.map(({ globalKey }) => globalKey)
  // The library's own queue would use the rest.
  const unused = {
    mutationFnName: 'taskwire',
    idempotencyKey: id,
    retryCount: 0,
    nextAttemptAt: 0,
    version: 1,
  } as const
  return { ...transaction, keys, ...unused }
}

const REMOVAL_TRIES = 3
/** Milliseconds. */
const REMOVAL_PAUSE = 100

/** What stayed would be sent again at the next start. */
async function remove(manager: OutboxManager, id: string): Promise<void> {
  for (let failures = 1; ; failures += 1) {
    try {
      return await manager.remove(id)
    } catch (error) {
      if (failures === REMOVAL_TRIES) throw error
    }
    await delay(REMOVAL_PAUSE)
  }
}

/**
 * A transaction that stays pending until it is sent: while one is persisting, TanStack DB shows nothing in its
 * collections that others do.
 */
function pendingTransaction(id: string = newId()): Transaction {
  return createTransaction({ id, autoCommit: false, mutationFn: async () => {} })
}

function changed(change: () => void): Transaction {
  return pendingTransaction().mutate(change)
}

/** Where the collections have their transactions is internal to TanStack DB; this is the only place that looks there. */
function shownAgain({ id, mutations }: StoredTransaction): Transaction {
  const transaction = pendingTransaction(id)
  transaction.applyMutations(mutations)
  for (const { _state } of new Set(mutations.map(({ collection }: PendingMutation) => collection))) {
    _state.transactions.set(id, transaction)
    _state.recomputeOptimisticState(true)
  }
  return transaction
}

/** A transaction that waits to be sent. */
interface Waiting {
  transaction: Transaction
  /** Resolves when the transaction is kept, or cannot be. */
  kept: Promise<void>
  /** Takes it out of what is kept. */
  forget(): Promise<void>
}

interface Queue {
  /** Aborts when it is closed. */
  readonly signal: AbortSignal
  add(waiting: Waiting): void
  count(): number
  close(): void
}

const LEFT = 'Not sent before the user left: what is kept waits for the same user'

/** Sends transactions one after another. One that is rolled back while it waits is not sent. */
function createQueue(delivery: Delivery, user: string | null): Queue {
  const closing = new AbortController()
  const { signal } = closing
  const unsent = new Set<Transaction>()
  let last = Promise.resolve()

  async function send(transaction: Transaction): Promise<void> {
    try {
      await deliver(transaction.mutations, { ...delivery, user, signal })
      unsent.delete(transaction)
      if (transaction.state === 'pending') await transaction.commit()
    } catch (error) {
      unsent.delete(transaction)
      rollBack(transaction, error instanceof Error ? error : new Error(String(error)))
    }
  }

  async function take({ transaction, kept, forget }: Waiting): Promise<void> {
    await kept
    if (signal.aborted) return
    if (transaction.state === 'pending') await send(transaction)
    unsent.delete(transaction)
    await forget()
  }

  return {
    signal,
    add(waiting) {
      unsent.add(waiting.transaction)
      last = last.then(() => take(waiting))
    },
    count: () => [...unsent].filter(({ state }) => state === 'pending').length,
    close() {
      closing.abort()
      for (const transaction of unsent) rollBack(transaction, new Error(LEFT))
      unsent.clear()
    },
  }
}

/** Rolls back this one alone: others of the same rows are sent nevertheless, and told by themselves when they fail. */
function rollBack(transaction: Transaction, error: Error): void {
  if (transaction.state === 'pending') transaction.rollback({ isSecondaryRollback: true, error })
}
