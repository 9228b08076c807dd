import { onAbort, reasonOf } from './abort.ts'
import { TaskwireError } from './error.ts'
import type { ProcedurePath } from './router-types.ts'

/** What ends a call before its answer comes. */
export interface CallLimits {
  path: string
  /** Milliseconds, after which it fails with `TIMED_OUT`; 0 and Infinity: it may take any time. */
  timeout: number
  /** Ends the call with its reason. */
  signal: AbortSignal | null | undefined
  /** Calls the listener when the client is closed, which ends the call. @returns what ends that */
  onClose?: ((listener: () => void) => () => void) | undefined
}

/** Milliseconds: the longest time that a timer takes. */
const LONGEST_TIMER = 2_147_483_647

/** Settles as the work does, or rejects as soon as a limit is reached; the work's signal then aborts. */
export function withLimits<T>(limits: CallLimits, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const { path, timeout, signal, onClose } = limits
  return new Promise((resolve, reject) => {
    const controller = new AbortController()
    const watches: (() => void)[] = []
    const cleanUp = () => {
      for (const stop of watches.splice(0)) stop()
    }
    const end = (reason: unknown) => {
      reject(reason)
      controller.abort(reason)
      cleanUp()
    }
    if (timeout > 0 && timeout <= LONGEST_TIMER) {
      const timer = setTimeout(() => end(timedOut(path, timeout)), timeout)
      watches.push(() => clearTimeout(timer))
    }
    if (onClose !== undefined) watches.push(onClose(() => end(new Error(CLOSED))))
    watches.push(onAbort(signal, () => end(signal && reasonOf(signal))))
    if (controller.signal.aborted) cleanUp()
    else work(controller.signal).then(resolve, reject).finally(cleanUp)
  })
}

/** What a call is told that comes after the end of its client. */
export const CLOSED = 'This client has been closed'

function timedOut(path: string, timeout: number): TaskwireError {
  const message = `No answer within ${timeout / 1_000} s`
  return new TaskwireError({ path: path as ProcedurePath, message, data: { reason: 'TIMED_OUT' } })
}
