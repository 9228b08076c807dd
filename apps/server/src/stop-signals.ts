/** Milliseconds. */
const SAME_SIGNAL = 300

/** What a signal does: it ends the process, with 0 once this has come to its end. */
export interface StopSignals {
  stopBy(stop: (why: string) => Promise<void>): void
}

/**
 * Obeys SIGTERM and SIGINT from now on. As the first process of a container, Node.js would ignore a signal that nobody
 * handles, so this comes before all that takes long to load. Until the server is ready there is nothing to wait for: a
 * migration under way is rolled back.
 */
export function obeySignals(): StopSignals {
  let stop = async (_why: string) => {}
  let stoppingSince: number | undefined
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.on(signal, () => {
      if (stoppingSince === undefined) {
        stoppingSince = performance.now()
        stop(signal).then(() => process.exit(0))
      }
      // Whoever says it again does not want to wait. At a terminal, pnpm says again at once what the terminal has said.
      else if (performance.now() - stoppingSince > SAME_SIGNAL) process.exit(1)
    })
  }
  return {
    stopBy(asked) {
      stop = asked
    },
  }
}
