import { fromNobody } from '@taskwire/prisma'

/** What has happened again since it was last told. */
export interface Repeated<Fact> {
  /** The latest. */
  fact: Fact
  times: number
  /** In which they were. */
  seconds: number
}

interface CountedLogOptions<Fact> {
  /** Milliseconds between two lines of the same kind. */
  interval: number
  first(fact: Fact): void
  again(repeated: Repeated<Fact>): void
  /** Told in the place of `again` of all that is too much to be counted apart: it has nothing in common. */
  others(repeated: Pick<Repeated<Fact>, 'times' | 'seconds'>): void
}

interface Kind<Fact> {
  since: number
  times: number
  fact: Fact
}

/** Kinds that are counted apart; whatever can be made up by callers must not fill the memory, nor the log. */
const MAX_KINDS = 500
/** What all further kinds count as. */
const OTHERS = 'others'

/** Tells of the first of its kind at once, and of those that follow by their number, as long as there are any. */
export function countedLog<Fact>({
  interval,
  first,
  again,
  others,
}: CountedLogOptions<Fact>): (kind: string, fact: Fact) => void {
  const kinds = new Map<string, Kind<Fact>>()
  let timer: NodeJS.Timeout | undefined

  function look(): void {
    const now = performance.now()
    for (const [name, kind] of kinds) {
      const passed = now - kind.since
      if (passed < interval) continue
      const counted = { times: kind.times, seconds: Math.round(passed / 100) / 10 }
      if (kind.times === 0) kinds.delete(name)
      else if (name === OTHERS) others(counted)
      else again({ fact: kind.fact, ...counted })
      kind.times = 0
      kind.since = now
    }
    if (kinds.size > 0) return
    clearInterval(timer)
    timer = undefined
  }

  return (name, fact) => {
    const key = kinds.has(name) || kinds.size < MAX_KINDS ? name : OTHERS
    const known = kinds.get(key)
    if (known === undefined) {
      kinds.set(key, { since: performance.now(), times: 0, fact })
      timer ??= fromNobody(() => setInterval(look, interval / 5).unref())
      first(fact)
    } else {
      known.times += 1
      known.fact = fact
    }
  }
}
