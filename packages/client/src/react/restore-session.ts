import { delay } from '../abort.ts'
import { backoff } from '../backoff.ts'
import { waitAskedBy } from '../error.ts'
import type { TaskwireSession } from '../session/session.ts'
import { defaultTiming } from '../timing.ts'

export interface RestoreOptions {
  signal: AbortSignal
  /** Told of each try that fails. */
  onError(error: unknown): void
}

/** Finds out who is signed in, however long the server cannot be asked. Never rejects. */
export async function restoreSession(session: TaskwireSession, { signal, onError }: RestoreOptions): Promise<void> {
  for (let failures = 1; session.status === 'unknown' && !signal.aborted; failures += 1) {
    try {
      await session.restore({ signal })
    } catch (error) {
      if (signal.aborted) return
      onError(error)
      await delay(backoff(failures, defaultTiming.reconnect, waitAskedBy(error)), signal)
    }
  }
}
