import type { Database } from '@taskwire/prisma'
import { type Announcements, packAnnouncements, unpackAnnouncements } from './announcements.ts'
import { type Bell, createBell } from './bell.ts'

/** Carries announcements between processes. A lost one is late, not lost: see `createChangeHub`. */
export interface ChangeBus {
  publish(message: string): Promise<void>
  /** @param onGap called when announcements may have been missed, and none is from now on */
  subscribe(onMessage: (message: string) => void, onGap: () => void): void
}

/** Waits for one user's changes, until it is disposed of. */
export type ChangeWatcher = Pick<Bell, 'over' | 'next'> & Disposable

/** Tells the streams of this process that a user's things have changed. */
export interface ChangeHub {
  /** Listens from now on, until the signal is aborted: ask for it before reading, so that nothing falls between. */
  watch(userId: string, signal: AbortSignal): ChangeWatcher
  /** A change was committed; its version if that is known. */
  announce(userId: string, version?: number): void
  /** Ends the streams, and sends what is not sent yet. */
  close(): Promise<void>
}

/** Milliseconds for which announcements are collected into one message. */
const COALESCING = 20
/** Milliseconds between two sweeps. No change is told more than 5 s late; the rest is for the way to the database and back. */
const SWEEP_INTERVAL = 4_500

/**
 * The version is the truth and an announcement only a hint: whatever way it is lost, the sweep finds the change, and so
 * it finds those that were made with psql.
 */
export function createChangeHub({
  db,
  bus,
  sweepInterval = SWEEP_INTERVAL,
}: {
  db: Database
  bus: ChangeBus | null
  sweepInterval?: number | undefined
}): ChangeHub {
  const bells = new Map<string, Set<Bell>>()
  const unsent: Announcements = new Map()
  let sending: NodeJS.Timeout | undefined
  let sweeping: NodeJS.Timeout | undefined
  let closed = false

  function ring(userId: string, version: number): void {
    for (const bell of bells.get(userId) ?? []) bell.ring(version)
  }

  /** Looks at the counters of the users that are streamed to, and wakes only those streams that are behind. */
  function sweep(): void {
    readCounters(db, [...bells.keys()]).then(
      (counters) => {
        for (const { id, changeSeq } of counters) ring(id, changeSeq)
      },
      () => {
        // The next sweep finds what this one did not.
      },
    )
  }

  async function send(): Promise<void> {
    clearTimeout(sending)
    sending = undefined
    const messages = packAnnouncements(unsent)
    unsent.clear()
    // The sweep of the others makes good for what cannot be sent.
    await Promise.allSettled(messages.map((message) => bus?.publish(message)))
  }

  bus?.subscribe((message) => {
    for (const [userId, version] of unpackAnnouncements(message)) ring(userId, version)
  }, sweep)

  return {
    watch(userId, signal) {
      const bell = createBell(signal)
      if (closed) bell.end()
      const bellsOfUser = bells.get(userId) ?? new Set()
      bells.set(userId, bellsOfUser.add(bell))
      sweeping ??= setInterval(sweep, sweepInterval).unref()
      return {
        get over() {
          return bell.over
        },
        next: bell.next,
        [Symbol.dispose]() {
          bell.end()
          bellsOfUser.delete(bell)
          if (bellsOfUser.size === 0) bells.delete(userId)
          if (bells.size > 0) return
          clearInterval(sweeping)
          sweeping = undefined
        },
      }
    },
    announce(userId, version = Number.POSITIVE_INFINITY) {
      ring(userId, version)
      if (bus === null) return
      unsent.set(userId, Math.max(version, unsent.get(userId) ?? 0))
      sending ??= setTimeout(send, COALESCING).unref()
    },
    async close() {
      closed = true
      for (const bellsOfUser of bells.values()) for (const bell of bellsOfUser) bell.end()
      await send()
    },
  }
}

// An array is one parameter: a statement with one for each user would be prepared anew for each number of users.
async function readCounters(db: Database, userIds: string[]): Promise<{ id: string; changeSeq: number }[]> {
  return db.$queryRaw`SELECT id, change_seq AS "changeSeq" FROM users WHERE id = ANY(${userIds}::uuid[])`
}
