/** Runs works one after another where they concern the same things, and side by side where they do not. */
export interface Lanes {
  /** Starts the work once those that were given before have ended which occupy its own lane or one that it needs. */
  run<T>(lanes: { own: string; needs: readonly string[] }, work: () => Promise<T>): Promise<T>
}

export function createLanes(): Lanes {
  const last = new Map<string, Promise<unknown>>()
  return {
    run({ own, needs }, work) {
      const before = [own, ...needs].flatMap((lane) => last.get(lane) ?? [])
      const running = before.length === 0 ? work() : Promise.allSettled(before).then(work)
      const ended = running.then(
        () => {},
        () => {},
      )
      last.set(own, ended)
      ended.then(() => {
        if (last.get(own) === ended) last.delete(own)
      })
      return running
    },
  }
}
