import type { Collection, PendingMutation } from '@tanstack/db'
import type { Tag, Task } from '@taskwire/contract'
import { isTRPCClientError } from '@trpc/client'
import { delay } from '../../abort.ts'
import { type Backoff, backoff } from '../../backoff.ts'
import type { TaskwireClient } from '../../client.ts'
import { isTaskwireError, isUnauthenticated, waitAskedBy } from '../../error.ts'
import { tellAnswers } from '../answers.ts'
import { toWrite } from '../collection-options.ts'
import type { Row, RowKind } from '../row-kind.ts'
import { tagKind } from '../tag-kind.ts'
import { taskKind } from '../task-kind.ts'
import { currentOf, type RowWrite, sendWrite, type Written } from '../write.ts'
import {
  type ConflictDecision,
  decideWrite,
  describeWrite,
  type OfflineConflict,
  type OfflineRefusal,
} from './conflict.ts'

/** How what is unsent is sent. */
export interface Delivery {
  client: TaskwireClient
  collections: { tasks: Collection<Task, string>; tags: Collection<Tag, string> }
  onConflict(conflict: OfflineConflict): ConflictDecision | Promise<ConflictDecision>
  onRefused(refusal: OfflineRefusal): void
  /**
   * Called once for a change that somebody has answered several times without taking it, such as a server that calls the
   * client outdated: it is tried on, and all that comes after it waits.
   */
  onWaiting?(waiting: OfflineRefusal): void
}

/** The same for the changes of one user, until the signal aborts. */
export interface DeliveryOfUser extends Delivery {
  /** Whose changes they are; null: it is not known yet, and they are of whoever is signed in. */
  user: string | null
  signal: AbortSignal
}

/** Waits between two tries: 15 s at the longest, as each has a random part of up to a half. */
const RETRY: Backoff = { first: 300, growth: 2, longest: 10_000 }

/** Tries after which a write is taken for the cause of such failures: what comes after is not held up for ever. */
const MAX_DOUBTFUL = 5

/** Reasons for which the write itself may be the cause, such as a firewall that does not like its text. */
const DOUBTFUL: ReadonlySet<string> = new Set(['INTERNAL', 'BAD_ANSWER', 'TIMEOUT'])

/** Tries after which the application is told that a change waits. */
const TRIES_UNTIL_TOLD = 5

/** Reasons that pass by themselves. */
const PASSING: ReadonlySet<string> = new Set([
  'NETWORK',
  'TIMED_OUT',
  'RATE_LIMITED',
  'OVERLOADED',
  'UNAVAILABLE',
  'CLIENT_OUTDATED',
])

/**
 * Sends the writes of one transaction in their order, however long that takes. Rejects when the server refuses one; those
 * after it are not sent. After an abort it never settles: nothing is known of what has become of them.
 */
export async function deliver(mutations: readonly PendingMutation[], delivery: DeliveryOfUser): Promise<void> {
  for (const mutation of mutations) {
    const written =
      mutation.collection.id === delivery.collections.tags.id
        ? await deliverWrite(toWrite<Tag>(mutation as never), tagKind, delivery)
        : await deliverWrite(toWrite<Task>(mutation as never), taskKind, delivery)
    if (delivery.signal.aborted) return never()
    tellAnswers(delivery.client, [written])
  }
}

async function deliverWrite<AnyRow extends Row>(
  first: RowWrite<AnyRow>,
  kind: RowKind<AnyRow>,
  delivery: DeliveryOfUser,
): Promise<Written> {
  const { signal } = delivery
  let write = first
  const failures = countFailures()
  for (;;) {
    try {
      return await sendAsUser(write, kind, delivery)
    } catch (error) {
      if (signal.aborted) return never()
      const current = currentOf<AnyRow>(error)
      if (current !== undefined) {
        const decided = await decide(write, { kind, current, delivery })
        if (signal.aborted) return never()
        if (decided === null) return { version: current.version, change: kind.toChange(current) }
        write = decided
      } else {
        failures.note(error)
        const passes = await isPassing(error, failures, delivery)
        if (signal.aborted) return never()
        if (!passes) throw refused(write, { kind, error, delivery })
        if (failures.answered === TRIES_UNTIL_TOLD) tellWaiting(write, { kind, error, delivery })
        await untilRetry(backoff(failures.all, RETRY, waitAskedBy(error)), signal)
      }
    }
    if (signal.aborted) return never()
  }
}

/** The failures of one write. */
interface Failures {
  note(error: unknown): void
  all: number
  /** Those in which somebody answered. */
  answered: number
  /** Those of which the write itself may be the cause. */
  doubtful: number
}

function countFailures(): Failures {
  return {
    all: 0,
    answered: 0,
    doubtful: 0,
    note(error) {
      const reason = failureReason(error)
      this.all += 1
      if (reason !== 'NETWORK' && reason !== 'TIMED_OUT') this.answered += 1
      if (DOUBTFUL.has(reason)) this.doubtful += 1
    },
  }
}

/** Sends the write, but only in the name of the user whose it is. */
async function sendAsUser<AnyRow extends Row>(
  write: RowWrite<AnyRow>,
  kind: RowKind<AnyRow>,
  { client, user, signal }: DeliveryOfUser,
): Promise<Written> {
  // Asks who is signed in where that is not known: until now it was only assumed.
  const signedIn = await client.$session.restore({ signal })
  if (user !== null && signedIn?.id !== user) return never()
  const beforeSending = () => signal.throwIfAborted()
  return sendWrite(write, { client, kind, signal, beforeSending })
}

async function decide<AnyRow extends Row>(
  write: RowWrite<AnyRow>,
  { kind, current, delivery }: { kind: RowKind<AnyRow>; current: AnyRow; delivery: DeliveryOfUser },
): Promise<RowWrite<AnyRow> | null> {
  try {
    const conflict = { ...describeWrite(write, kind), current } as unknown as OfflineConflict
    return decideWrite(write, current, await delivery.onConflict(conflict))
  } catch (error) {
    if (delivery.signal.aborted) return never()
    throw refused(write, { kind, error, delivery })
  }
}

interface Failed<AnyRow extends Row> {
  kind: RowKind<AnyRow>
  error: unknown
  delivery: Delivery
}

/** Tells why a write is not made. @returns the reason */
function refused<AnyRow extends Row>(write: RowWrite<AnyRow>, failed: Failed<AnyRow>): unknown {
  tell(() => failed.delivery.onRefused(describeFailed(write, failed)))
  return failed.error
}

function tellWaiting<AnyRow extends Row>(write: RowWrite<AnyRow>, failed: Failed<AnyRow>): void {
  tell(() => failed.delivery.onWaiting?.(describeFailed(write, failed)))
}

function describeFailed<AnyRow extends Row>(write: RowWrite<AnyRow>, { kind, error }: Failed<AnyRow>): OfflineRefusal {
  return { ...describeWrite(write, kind), error } as unknown as OfflineRefusal
}

/** What the application throws is its own, and holds nothing up. */
function tell(call: () => void): void {
  try {
    call()
  } catch (thrown) {
    queueMicrotask(() => {
      throw thrown
    })
  }
}

async function isPassing(error: unknown, { doubtful }: Failures, delivery: DeliveryOfUser): Promise<boolean> {
  // Who signs in again goes on; a visitor has to sign in first.
  if (isUnauthenticated(error)) return delivery.user !== null
  if (!isTaskwireError(error)) return isTRPCClientError(error)
  if (PASSING.has(error.data.reason)) return true
  if (!DOUBTFUL.has(error.data.reason)) return false
  return doubtful < MAX_DOUBTFUL || !(await answersOthers(delivery))
}

/** Whether the server answers something else: then what fails is this write, and not everything, as behind a hotel's sign-in page. */
function answersOthers({ client, signal }: DeliveryOfUser): Promise<boolean> {
  return client.change.list.query({ limit: 1 }, { signal }).then(
    () => true,
    () => false,
  )
}

function failureReason(error: unknown): string {
  return isTaskwireError(error) ? error.data.reason : 'NETWORK'
}

/** Waits, but not once the network is back. */
async function untilRetry(milliseconds: number, signal: AbortSignal): Promise<void> {
  const waiting = new AbortController()
  const end = () => waiting.abort()
  signal.addEventListener('abort', end)
  globalThis.addEventListener?.('online', end)
  await delay(milliseconds, waiting.signal)
  signal.removeEventListener('abort', end)
  globalThis.removeEventListener?.('online', end)
}

function never(): Promise<never> {
  return new Promise(() => {})
}
