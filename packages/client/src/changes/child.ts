/**
 * A controller whose signal also aborts with this one. Abort it when it is no longer needed, or the signal remembers it.
 * (`AbortSignal.any` is missing in React Native.)
 */
export function childOf(signal: AbortSignal): AbortController {
  const child = new AbortController()
  const abort = () => child.abort(signal.reason)
  if (signal.aborted) abort()
  signal.addEventListener('abort', abort)
  child.signal.addEventListener('abort', () => signal.removeEventListener('abort', abort))
  return child
}
