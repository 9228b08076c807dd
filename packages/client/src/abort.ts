/** Settles as the promise does, or rejects with the signal's reason as soon as it aborts. */
export function untilAborted<T>(promise: Promise<T>, signal: AbortSignal | null | undefined): Promise<T> {
  if (signal == null) return promise
  return new Promise((resolve, reject) => {
    const stopListening = onAbort(signal, () => reject(reasonOf(signal)))
    promise.then(resolve, reject).finally(stopListening)
  })
}

/** Resolves after this time, or as soon as the signal aborts, and leaves no timer and no listener. It never rejects. */
export function delay(milliseconds: number, signal?: AbortSignal | null): Promise<void> {
  return new Promise((resolve) => {
    if (signal?.aborted) return resolve()
    const end = () => {
      clearTimeout(timer)
      signal?.removeEventListener('abort', end)
      resolve()
    }
    const timer = setTimeout(end, milliseconds)
    signal?.addEventListener('abort', end)
  })
}

/** Calls the listener when the signal aborts, or at once where it has. @returns what ends that */
export function onAbort(signal: AbortSignal | null | undefined, listener: () => void): () => void {
  if (signal == null) return () => {}
  if (signal.aborted) listener()
  signal.addEventListener('abort', listener)
  return () => signal.removeEventListener('abort', listener)
}

/** Why a signal has aborted. React Native's signals do not say it. */
export function reasonOf(signal: AbortSignal): unknown {
  return 'reason' in signal ? signal.reason : namedError('AbortError', 'This operation was aborted')
}

/** What the platform throws under this name; React Native has no `DOMException`. */
function namedError(name: string, message: string): Error {
  return globalThis.DOMException === undefined
    ? Object.assign(new Error(message), { name })
    : new DOMException(message, name)
}
