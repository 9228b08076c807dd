import { isTaskwireError } from '../error.ts'

/** Milliseconds of the first wait, and of the longest. */
const FIRST_DELAY = 300
const LONGEST_DELAY = 30_000

/** Milliseconds to wait after so many failures in a row, never less than the server asks for. */
export function delayAfter(error: unknown, failures: number): number {
  const growing = Math.min(FIRST_DELAY * 2 ** (failures - 1), LONGEST_DELAY)
  const asked = isTaskwireError(error) ? (error.data.retryAfter ?? 0) * 1_000 : 0
  // Clients that failed together are not to come back together.
  return Math.max(growing, asked) * (1 + Math.random() / 2)
}

/** A pause, of which an abort leaves nothing behind. It never rejects. */
export function rest(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve()
    const wake = () => {
      clearTimeout(timer)
      signal.removeEventListener('abort', wake)
      resolve()
    }
    const timer = setTimeout(wake, milliseconds)
    signal.addEventListener('abort', wake)
  })
}
