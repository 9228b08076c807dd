/** Waits for one user's changes. */
export interface Bell {
  /** Nothing comes any more. */
  readonly over: boolean
  /** Resolves when there may be changes after this version, at once if it has rung for them already; and when it is over. */
  next(version: number): Promise<void>
  /** There may be changes up to this version. @returns whether somebody waited for that */
  ring(version: number): boolean
  end(): void
}

export function createBell(signal: AbortSignal): Bell {
  let announced = 0
  /** The version after which somebody waits for changes; infinite while nobody does. */
  let waitsAfter = Number.POSITIVE_INFINITY
  let over = signal.aborted
  let wake = () => {}

  function end(): void {
    signal.removeEventListener('abort', end)
    over = true
    wake()
  }
  signal.addEventListener('abort', end)

  return {
    get over() {
      return over
    },
    async next(version) {
      while (announced <= version && !over) {
        waitsAfter = version
        await new Promise<void>((resolve) => {
          wake = resolve
        })
      }
      // Heard, whether or not that version is ever found: what rings from here on is another change.
      announced = version
    },
    ring(version) {
      announced = Math.max(announced, version)
      const isAwaited = announced > waitsAfter
      if (isAwaited) waitsAfter = Number.POSITIVE_INFINITY
      wake()
      return isAwaited
    },
    end,
  }
}
