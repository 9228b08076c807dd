import type { ResetChange, Tag, TagChange, Task, TaskChange } from '@taskwire/contract'
import { untilAborted } from '../abort.ts'
import type { TaskwireChanges } from '../changes/changes.ts'
import { SIGNED_OUT } from '../changes/follow.ts'
import type { ChangeSubscription, ChangesStatus, RowChange } from '../changes/subscription.ts'
import { CLOSED } from '../time-limit.ts'

/**
 * What `$emit` takes: a change as `$changes` tells it, of which the row is enough, or the id where it is deleted. Without
 * a `version` it is that of the row if nothing later has been told, otherwise the next one.
 */
export type MockChange =
  | (Partial<TaskChange> & { type: 'task' } & ({ task: Task } | { id: string }))
  | (Partial<TagChange> & { type: 'tag' } & ({ tag: Tag } | { id: string }))
  | (Partial<ResetChange> & { type: 'reset' })

/** `$changes` of a mock client. Its `status` can be set, and tells the subscribers so. */
export interface MockChanges extends TaskwireChanges {
  status: ChangesStatus
}

export interface MockFeed {
  changes: MockChanges
  emit(change: MockChange): void
  /** Nobody is signed in any more, for whom somebody could wait. */
  signOut(): void
  /** Ends all subscriptions and waits. */
  close(): void
}

interface Subscriber {
  subscription: ChangeSubscription
  /** Up to where it has been told. */
  version: number
  hasBegun: boolean
}

interface Wait {
  version: number
  resolve(): void
  reject(reason: unknown): void
}

export function createMockFeed(initialStatus: ChangesStatus): MockFeed {
  const subscribers = new Set<Subscriber>()
  const statusListeners = new Set<{ listener(status: ChangesStatus): void }>()
  const waits = new Set<Wait>()
  let emitted: RowChange[] = []
  let version = 0
  let status = initialStatus
  let ending: Error | null = null

  function begin(subscriber: Subscriber): void {
    if (subscriber.hasBegun || !subscribers.has(subscriber)) return
    subscriber.hasBegun = true
    const { subscription } = subscriber
    if (subscription.since === undefined) subscription.onBegin?.({ version: subscriber.version })
    tell(
      subscriber,
      emitted.filter((change) => change.version > subscriber.version),
    )
  }

  function tell(subscriber: Subscriber, changes: RowChange[]): void {
    const { subscription } = subscriber
    for (const change of changes) {
      if (!subscribers.has(subscriber)) return
      subscriber.version = change.version
      subscription.onChange?.(change)
    }
    if (!subscribers.has(subscriber)) return
    subscriber.version = version
    subscription.onBatch?.(changes, { version, caughtUp: true })
  }

  function toldUpTo(wanted: number): boolean {
    return version >= wanted && [...subscribers].every((subscriber) => subscriber.version >= wanted)
  }

  function settleWaits(): void {
    for (const wait of [...waits]) if (toldUpTo(wait.version)) wait.resolve()
  }

  return {
    changes: {
      get status() {
        return status
      },
      set status(next) {
        if (next === status) return
        status = next
        for (const { subscription } of [...subscribers]) subscription.onStatus?.(next)
        for (const { listener } of [...statusListeners]) listener(next)
      },
      onStatus(listener) {
        const told = { listener }
        statusListeners.add(told)
        listener(status)
        return () => statusListeners.delete(told)
      },
      subscribe(subscription) {
        const subscriber = { subscription, version: subscription.since ?? version, hasBegun: false }
        subscribers.add(subscriber)
        subscription.onStatus?.(status)
        queueMicrotask(() => {
          begin(subscriber)
          settleWaits()
        })
        return () => {
          subscribers.delete(subscriber)
          settleWaits()
        }
      },
      async until(wanted, { signal } = {}) {
        if (ending !== null) throw ending
        if (status === 'signedOut') throw new Error(SIGNED_OUT)
        if (toldUpTo(wanted)) return
        let wait: Wait | undefined
        const told = new Promise<void>((resolve, reject) => {
          wait = { version: wanted, resolve, reject }
          waits.add(wait)
        })
        await untilAborted(told, signal).finally(() => wait !== undefined && waits.delete(wait))
      },
    },
    emit(change) {
      for (const subscriber of [...subscribers]) begin(subscriber)
      version = versionAfter(version, change)
      if (change.type === 'reset') {
        emitted = []
        for (const subscriber of [...subscribers]) {
          subscriber.subscription.onReset({ version })
          tell(subscriber, [])
        }
      } else {
        const told = toRowChange(change, version)
        emitted.push(told)
        for (const subscriber of [...subscribers]) tell(subscriber, [told])
      }
      settleWaits()
    },
    signOut() {
      for (const wait of waits) wait.reject(new Error(SIGNED_OUT))
    },
    close() {
      ending = new Error(CLOSED)
      subscribers.clear()
      statusListeners.clear()
      for (const wait of waits) wait.reject(ending)
    },
  }
}

function versionAfter(last: number, change: MockChange): number {
  const next = change.version ?? Math.max(last + 1, rowOf(change)?.version ?? 0)
  if (next > last || change.type === 'reset') return next
  throw new RangeError(`Version ${next} is not told after version ${last}`)
}

function rowOf(change: MockChange): Task | Tag | null | undefined {
  if (change.type === 'reset') return null
  return change.type === 'task' ? change.task : change.tag
}

function toRowChange(change: Exclude<MockChange, { type: 'reset' }>, version: number): RowChange {
  const id = change.id ?? rowOf(change)?.id ?? ''
  if (change.type === 'task') {
    const task = change.task === undefined || change.task === null ? null : { ...change.task, version }
    return { type: 'task', id, version, deleted: task === null, task }
  }
  const tag = change.tag === undefined || change.tag === null ? null : { ...change.tag, version }
  return { type: 'tag', id, version, deleted: tag === null, tag }
}
