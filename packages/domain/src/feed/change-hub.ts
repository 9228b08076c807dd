import { setTimeout as sleep } from 'node:timers/promises'
import { type Database, fromNobody } from '@taskwire/prisma'
import { noAnnouncements, packAnnouncements, unpackAnnouncements } from './announcements.ts'
import { type Bell, createBell } from './bell.ts'

/** Carries announcements between processes. A lost one is late, not lost: see `createChangeHub`. */
export interface ChangeBus {
  publish(message: string): Promise<void>
  /** @param onGap called when announcements may have been missed, and none is from now on */
  subscribe(onMessage: (message: string) => void, onGap: () => void): void
}

/** Waits for one user's changes, until it is disposed of. */
export type ChangeWatcher = Pick<Bell, 'over' | 'next'> & Disposable

/** What is worth knowing of how soon streams are told. */
export interface FeedObserver {
  /**
   * A stream that had nothing left to tell was told of a change.
   *
   * @param milliseconds since it was made, by the clocks of the database and of this process
   */
  told(milliseconds: number): void
  /** A sweep has woken so many streams that no announcement had woken. */
  foundBySweep(streams: number): void
}

/** Tells the streams of this process that a user's things have changed, and all processes that somebody's access has. */
export interface ChangeHub {
  /** Listens from now on, until the signal is aborted: ask for it before reading, so that nothing falls between. */
  watch(userId: string, signal: AbortSignal): ChangeWatcher
  /** A change was committed; its version if that is known. */
  announce(userId: string, version?: number): void
  /** Tells this observer, in the place of the one before, from now on. */
  observe(observer: FeedObserver): void
  /** Notes that a stream was told of a change: see `FeedObserver`. */
  noteTold(milliseconds: number): void
  /** Sessions or API tokens of the user have ended: to be told after the commit. */
  announceAccess(userId: string): void
  /** Ends the streams, one after the other within 2 s, and sends what is not sent yet. */
  close(): Promise<void>
}

/** Milliseconds for which announcements are collected into one message. */
const COALESCING = 20
/**
 * Streams that end at once, milliseconds between them and those that follow, and for all of them: their readers come back
 * elsewhere, where each has to be found again in the database.
 */
const MOST_AT_ONCE = 10
const ENDING_INTERVAL = 20
const LONGEST_ENDING = 2_000
/** Milliseconds between two sweeps. No change is told more than 5 s late; the rest is for the way to the database and back. */
const SWEEP_INTERVAL = 4_500

/**
 * The version is the truth and an announcement only a hint: whatever way it is lost, the sweep finds the change, and so
 * it finds those that were made with psql.
 */
export function createChangeHub({
  db,
  bus,
  onAccess = () => {},
  sweepInterval = SWEEP_INTERVAL,
}: {
  db: Database
  bus: ChangeBus | null
  /** Told of whose access has changed, wherever that was: at once where it was here. */
  onAccess?: ((userId: string) => void) | undefined
  sweepInterval?: number | undefined
}): ChangeHub {
  const bells = new Map<string, Set<Bell>>()
  const unsent = noAnnouncements()
  let sending: NodeJS.Timeout | undefined
  let sweeping: NodeJS.Timeout | undefined
  let closed = false
  let observer: FeedObserver = { told: () => {}, foundBySweep: () => {} }

  /** @returns streams that waited for it */
  function ring(userId: string, version: number): number {
    let woken = 0
    for (const bell of bells.get(userId) ?? []) if (bell.ring(version)) woken += 1
    return woken
  }

  /** Looks at the counters of the users that are streamed to, and wakes only those streams that are behind. */
  function sweep(): void {
    readCounters(db, [...bells.keys()]).then(
      (counters) => {
        const woken = counters.reduce((sum, { id, changeSeq }) => sum + ring(id, changeSeq), 0)
        if (woken > 0) observer.foundBySweep(woken)
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
    unsent.changes.clear()
    unsent.accesses.clear()
    // The sweep of the others makes good for what cannot be sent.
    await Promise.allSettled(messages.map((message) => bus?.publish(message)))
  }

  function sendSoon(): void {
    sending ??= fromNobody(() => setTimeout(send, COALESCING).unref())
  }

  bus?.subscribe((message) => {
    const { changes, accesses } = unpackAnnouncements(message)
    for (const userId of accesses) onAccess(userId)
    for (const [userId, version] of changes) ring(userId, version)
  }, sweep)

  return {
    watch(userId, signal) {
      const bell = createBell(signal)
      if (closed) bell.end()
      const bellsOfUser = bells.get(userId) ?? new Set()
      bells.set(userId, bellsOfUser.add(bell))
      sweeping ??= fromNobody(() => setInterval(sweep, sweepInterval).unref())
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
      unsent.changes.set(userId, Math.max(version, unsent.changes.get(userId) ?? 0))
      sendSoon()
    },
    announceAccess(userId) {
      onAccess(userId)
      if (bus === null) return
      unsent.accesses.add(userId)
      sendSoon()
    },
    observe(next) {
      observer = next
    },
    noteTold: (milliseconds) => observer.told(milliseconds),
    async close() {
      closed = true
      await send()
      const open = [...bells.values()].flatMap((bellsOfUser) => [...bellsOfUser])
      const atOnce = Math.max(MOST_AT_ONCE, Math.ceil((open.length * ENDING_INTERVAL) / LONGEST_ENDING))
      for (const [index, bell] of open.entries()) {
        if (index > 0 && index % atOnce === 0) await sleep(ENDING_INTERVAL)
        bell.end()
      }
    },
  }
}

// An array is one parameter: a statement with one for each user would be prepared anew for each number of users.
async function readCounters(db: Database, userIds: string[]): Promise<{ id: string; changeSeq: number }[]> {
  return db.$queryRaw`SELECT id, change_seq AS "changeSeq" FROM users WHERE id = ANY(${userIds}::uuid[])`
}
