/** Tasks that calls have made, to be looked for afterwards. */
export interface NotedWrites {
  /** @param write makes one task of each title that it is given: nothing else has these */
  note(count: number, write: (titles: string[]) => Promise<unknown>): Promise<void>
  /**
   * @param found the titles of all tasks that there are
   * @returns what was answered and is not there once; and what is there twice, answered or not
   */
  faults(found: string[]): string[]
}

export function notedWrites(): NotedWrites {
  const isAnswered = new Map<string, boolean>()
  return {
    async note(count, write) {
      const titles = Array.from({ length: count }, () => crypto.randomUUID())
      for (const title of titles) isAnswered.set(title, false)
      await write(titles)
      for (const title of titles) isAnswered.set(title, true)
    },
    faults(found) {
      const times = new Map<string, number>()
      for (const title of found) times.set(title, (times.get(title) ?? 0) + 1)
      return Array.from(isAnswered)
        .filter(([title, answered]) => (times.get(title) ?? 0) > 1 || (answered && !times.has(title)))
        .map(([title]) => `The task ${title} is there ${times.get(title) ?? 0} times`)
    },
  }
}
