import { isUnauthenticated } from '../error.ts'
import { notify } from '../notify.ts'
import { CLOSED } from '../time-limit.ts'
import { type FollowedAccount, type Following, follow, SIGNED_OUT } from './follow.ts'
import { type ChangeReader, createReader } from './reader.ts'
import type { ChangeSubscription, ChangesStatus } from './subscription.ts'
import { createWaiting, isToldUpTo, type Joined } from './waiting.ts'

/** The user's changes, as they happen: on this device and on every other. */
export interface TaskwireChanges {
  /** How changes come at the moment, the same in all tabs. While nobody wants to know nothing is known: `connecting`. */
  readonly status: ChangesStatus
  /**
   * Calls the listener at once with the status, and then each time that it becomes another. It is told of no change, so it
   * costs the server nothing where there is a subscription; without one it alone keeps a stream open.
   *
   * @returns what ends it
   * @example
   * const stop = client.$changes.onStatus((status) => showBanner(status === 'offline'))
   */
  onStatus(listener: (status: ChangesStatus) => void): () => void
  /**
   * Tells every change after `since`, once and in order, across networks that fail, tokens that are renewed and servers
   * that restart. All tabs of a browser share one connection. While nobody is signed in it is silent; the same user goes
   * on where it stopped, and for another one it begins anew with `onReset`.
   *
   * @returns what ends it
   * @throws RangeError for a `since` that is no version
   * @example
   * const { version } = await client.change.list.query()
   * const { items } = await client.task.list.query()
   * const stop = client.$changes.subscribe({ since: version, onChange: apply, onReset: readAgain })
   */
  subscribe(subscription: ChangeSubscription): () => void
  /**
   * Resolves once every subscription that there is now has been told everything up to this version, and its functions
   * have returned: at once where that is so. A subscription that stops is no longer waited for. Without any it asks the
   * server itself.
   *
   * Rejects with the signal's reason when that aborts, when nobody is signed in or another user signs in, when a fixed
   * token is refused, and when the client is closed.
   *
   * @param version that of a task or tag, or what a deletion has answered
   * @throws RangeError for what is no version
   * @example
   * const { version } = await client.task.update.mutate({ id, title })
   * await client.$changes.until(version)
   */
  until(version: number, options?: { signal?: AbortSignal | undefined }): Promise<void>
}

/** What a client has of its changes, and what ends all of it. */
export interface OwnChanges extends TaskwireChanges {
  /** Ends every subscription without a word, and whatever waits. */
  close(): void
}

export function createChanges(options: FollowedAccount): OwnChanges {
  const readers = new Set<ChangeReader>()
  const statusListeners = new Set<(status: ChangesStatus) => void>()
  let following: Following | null = null
  let closed = false
  let isRefused = false
  const waiting = createWaiting({ readers, join: () => join({ onReset: () => {} }) })

  function endsWith(error: unknown): boolean {
    if (options.account.renewable || !isUnauthenticated(error)) return false
    const ended = [...readers]
    stop()
    isRefused = true
    showStatus('signedOut')
    waiting.reject(error)
    for (const reader of ended) {
      reader.show('signedOut')
      reader.end(error)
    }
    return true
  }

  function showStatus(status: ChangesStatus): void {
    for (const reader of [...readers]) reader.show(status)
    for (const listener of [...statusListeners]) notify(() => listener(status))
  }

  function begin(): Following {
    const begun = follow({ ...options, readers, endsWith, onStatus: showStatus, onLeave: waiting.reject })
    following = begun
    // Those who were told that the token is refused: it is tried again.
    if (isRefused) showStatus(begun.status)
    isRefused = false
    return begun
  }

  function join(subscription: ChangeSubscription): Joined {
    const present = following ?? begin()
    const { list, waking } = present
    const reader = createReader({ subscription, list, waking, onTold: waiting.check, endsWith })
    readers.add(reader)
    present.join(reader)
    return { reader, leave: () => leave(reader) }
  }

  function leave(reader: ChangeReader): void {
    reader.pause()
    if (!readers.delete(reader)) return
    waiting.forget(reader)
    stopIfUnwanted()
  }

  function stopIfUnwanted(): void {
    if (readers.size === 0 && statusListeners.size === 0) stop()
  }

  function stop(): void {
    for (const reader of readers) reader.pause()
    readers.clear()
    following?.stop()
    following = null
  }

  return {
    get status() {
      return following?.status ?? (isRefused ? 'signedOut' : 'connecting')
    },
    onStatus(listener) {
      if (closed) throw new Error(CLOSED)
      // The same function may be passed twice.
      const told = (status: ChangesStatus) => listener(status)
      const { status } = following ?? begin()
      statusListeners.add(told)
      notify(() => listener(status))
      return () => {
        if (statusListeners.delete(told)) stopIfUnwanted()
      }
    },
    subscribe(subscription) {
      if (subscription.since !== undefined) checkVersion('since', subscription.since)
      if (closed) throw new Error(CLOSED)
      return join(subscription).leave
    },
    async until(version, { signal } = {}) {
      checkVersion('version', version)
      if (closed) throw new Error(CLOSED)
      if (following?.status === 'signedOut' && !isToldUpTo(readers, version)) throw new Error(SIGNED_OUT)
      await waiting.until(version, signal)
    },
    close() {
      closed = true
      statusListeners.clear()
      stop()
      waiting.reject(new Error(CLOSED))
    },
  }
}

function checkVersion(name: string, version: number): void {
  if (Number.isInteger(version) && version >= 0) return
  throw new RangeError(`${name} must be a version: a whole number, 0 or more`)
}
