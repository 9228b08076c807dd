import { onAbort } from '../../abort.ts'

/** What the tabs of a browser share: each keeps what it has not sent in a part of its own. */
export interface PartsOptions {
  /** Names the locks by which tabs tell which parts have a tab. */
  name: string
  /** This tab's own part. */
  own: string
  /** The parts in which something is kept. */
  list(): Promise<string[]>
  /** Called with the part of a tab that is gone. @returns whether something stays in it, which no other tab may have */
  takeOver(part: string): Promise<boolean>
  /** Ends it: this tab has no part any more. */
  signal: AbortSignal
}

/**
 * Holds the lock of this tab's own part for as long as the tab lives, and waits for those of the other tabs: who gets one
 * takes over what its tab has left. Resolves when this tab has taken over what no tab had before. A page without locks
 * (plain http) does not know of other tabs: it takes over every part at its start, also one whose tab is there.
 */
export async function shareParts(options: PartsOptions): Promise<void> {
  const locks: LockManager | undefined = globalThis.navigator?.locks
  // Outside a browser there are no other tabs.
  if (globalThis.location !== undefined && locks !== undefined) return shareByLocks(locks, options)
  for (const part of await options.list()) await options.takeOver(part)
}

async function shareByLocks(locks: LockManager, { name, own, list, takeOver, signal }: PartsOptions): Promise<void> {
  const prefix = `${name}:`
  /** This tab's part, and those for which it waits. */
  const known = new Set([own])
  // Hears of others before it looks for them: none is missed that begins at the same moment.
  const announcements = globalThis.BroadcastChannel && new BroadcastChannel(name)
  announcements?.addEventListener('message', () => void waitForOthers())
  onAbort(signal, () => announcements?.close())

  /** Resolves when the lock is held, which it is until the signal aborts. */
  function hold(part: string): Promise<void> {
    return new Promise((resolve, reject) => {
      const held = () => {
        resolve()
        return untilEnd(signal)
      }
      locks.request(prefix + part, { signal }, held).catch(reject)
    })
  }

  /** Takes over the part unless a tab has it. @returns whether it was free */
  function takeOverFree(part: string): Promise<boolean> {
    return new Promise((resolve, reject) => {
      const held = async (lock: Lock | null) => {
        if (lock === null) return resolve(false)
        const somethingStays = await takeOver(part)
        resolve(true)
        if (somethingStays) await untilEnd(signal)
      }
      locks.request(prefix + part, { ifAvailable: true }, held).catch(reject)
    })
  }

  async function waitFor(part: string): Promise<void> {
    known.add(part)
    try {
      await locks.request(prefix + part, { signal }, async () => {
        if (await takeOver(part)) await untilEnd(signal)
      })
    } catch {
      // This tab has ended first, or cannot read the storage: the next tab tries it.
    }
    known.delete(part)
  }

  async function waitForOthers(): Promise<void> {
    const { held = [] } = await locks.query()
    if (signal.aborted) return
    for (const { name: lock = '' } of held) {
      const part = lock.slice(prefix.length)
      if (lock.startsWith(prefix) && !known.has(part)) void waitFor(part)
    }
  }

  await hold(own)
  for (const part of await list()) {
    if (part !== own && !(await takeOverFree(part))) void waitFor(part)
  }
  announcements?.postMessage(null)
  await waitForOthers()
}

function untilEnd(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => void onAbort(signal, resolve))
}
