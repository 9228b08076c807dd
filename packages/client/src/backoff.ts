/** How waits grow from one failure to the next. */
export interface Backoff {
  /** Milliseconds of the first wait. */
  first: number
  /** How many times as long each wait is as the one before. */
  growth: number
  /** Milliseconds of the longest wait. */
  longest: number
}

/** Milliseconds to wait after so many failures in a row, never less than the server asks for. */
export function backoff(failures: number, { first, growth, longest }: Backoff, asked = 0): number {
  const growing = Math.min(first * growth ** (failures - 1), longest)
  // A random part: clients that failed together do not all come back at the same moment.
  return Math.max(growing, asked) * (1 + Math.random() / 2)
}
