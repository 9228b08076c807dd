import { fromNobody } from '@taskwire/domain'

/** Work that is done again and again. */
export interface Rounds {
  /** Does this in every round, until it is disposed of. */
  join(work: () => void): Disposable
}

/** Parts of a round: work of one part is done at once, and what all of it asks for can be asked for at once. */
const PARTS = 10

/** @param milliseconds that a round takes */
export function createRounds(milliseconds: number): Rounds {
  const parts = Array.from({ length: PARTS }, () => new Set<() => void>())
  let members = 0
  let joined = 0
  let turn = 0
  let timer: NodeJS.Timeout | undefined

  function next(): void {
    turn += 1
    for (const work of parts[turn % PARTS] ?? []) work()
  }

  return {
    join(work) {
      joined += 1
      const part = parts[joined % PARTS]
      // The same function may join twice.
      const entry = () => work()
      part?.add(entry)
      members += 1
      timer ??= fromNobody(() => setInterval(next, milliseconds / PARTS).unref())
      return {
        [Symbol.dispose]() {
          part?.delete(entry)
          members -= 1
          if (members > 0) return
          clearInterval(timer)
          timer = undefined
        },
      }
    },
  }
}
