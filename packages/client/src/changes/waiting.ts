import { untilAborted } from '../abort.ts'
import type { ChangeReader } from './reader.ts'

/** A subscription that has begun. */
export interface Joined {
  reader: ChangeReader
  leave(): void
}

export interface WaitingOptions {
  /** Every subscription that there is. */
  readers: ReadonlySet<ChangeReader>
  /** Begins a subscription that is told nothing: where there is no other, it finds out what version the server is at. */
  join(): Joined
}

/** Those who wait until a version has been told. */
export interface Waiting {
  /** Resolves once every subscription that there is now has been told this version, or has stopped. */
  until(version: number, signal: AbortSignal | undefined): Promise<void>
  /** A subscription has been told something: who waited for that waits no longer. */
  check(): void
  /** A subscription has stopped, and is no longer waited for. */
  forget(reader: ChangeReader): void
  /** Nobody needs to wait any more. */
  reject(reason: unknown): void
}

interface Wait {
  version: number
  /** The subscriptions that are waited for. Never none, or nobody would find out about the version. */
  readers: Set<ChangeReader>
  /** The one among them that was begun for this alone. */
  own: Joined | null
  resolve(): void
  reject(reason: unknown): void
}

/** Whether there are subscriptions, and all of them have been told this version. */
export function isToldUpTo(readers: ReadonlySet<ChangeReader>, version: number): boolean {
  return readers.size > 0 && [...readers].every((reader) => reader.told >= version)
}

export function createWaiting({ readers, join }: WaitingOptions): Waiting {
  const waits = new Set<Wait>()

  function check(): void {
    for (const wait of [...waits]) if (isToldUpTo(wait.readers, wait.version)) wait.resolve()
  }

  return {
    async until(version, signal) {
      if (signal?.aborted) throw signal.reason
      if (isToldUpTo(readers, version)) return
      const { promise, resolve, reject } = withResolvers()
      const wait: Wait = { version, readers: new Set(readers), own: null, resolve, reject }
      if (wait.readers.size === 0) waitAlone(wait)
      waits.add(wait)
      try {
        await untilAborted(promise, signal)
      } finally {
        waits.delete(wait)
        wait.own?.leave()
      }
    },
    check,
    forget(reader) {
      for (const wait of waits) if (wait.readers.delete(reader) && wait.readers.size === 0) waitAlone(wait)
      check()
    },
    reject(reason) {
      for (const wait of waits) wait.reject(reason)
    },
  }

  function waitAlone(wait: Wait): void {
    wait.own = join()
    wait.readers.add(wait.own.reader)
  }
}

/** A promise and what settles it. (`Promise.withResolvers` is of 2024.) */
function withResolvers(): { promise: Promise<void>; resolve(): void; reject(reason: unknown): void } {
  let resolve = () => {}
  let reject = (_reason: unknown) => {}
  const promise = new Promise<void>((...settle) => {
    ;[resolve, reject] = settle
  })
  return { promise, resolve, reject }
}
