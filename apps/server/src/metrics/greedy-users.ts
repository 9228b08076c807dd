/** Users who are named at once. */
const MOST_NAMED = 5
/** Seconds of the last minute that somebody's calls have to take before he is named: as much as a tenth of one call at a time. */
const WORTH_NAMING = 6
/** Milliseconds of a part, and parts that are looked back on: a minute. */
const PART = 10_000
const PARTS = 6
/** Users of a part who are counted. */
const MOST_COUNTED = 5_000

/** A user whose calls took most of the last minute. */
export interface GreedyUser {
  userId: string
  /** What most of it went to. */
  procedure: string
  /** That all calls of his took, waiting included. More than 60 where they run at the same time. */
  seconds: number
}

/** Knows who has kept the server busy lately. */
export interface GreedyUsers {
  add(call: { userId: string; procedure: string; milliseconds: number }): void
  /** The five at most, the greediest first; nobody while everybody's calls take little. */
  latest(): GreedyUser[]
}

/** Seconds by procedure. */
type Spent = Map<string, number>

/** @param now milliseconds of a clock that never goes back */
export function createGreedyUsers(now: () => number = () => performance.now()): GreedyUsers {
  /** By user, of each part of the last minute; the latest is the last. */
  let parts: { number: number; spent: Map<string, Spent> }[] = []

  function currentParts(): typeof parts {
    const number = Math.floor(now() / PART)
    if (parts.at(-1)?.number !== number) {
      parts = [...parts.filter((part) => part.number > number - PARTS), { number, spent: new Map() }]
    }
    return parts
  }

  return {
    add({ userId, procedure, milliseconds }) {
      const spent = currentParts().at(-1)?.spent
      if (spent === undefined) return
      const ofUser: Spent = spent.get(userId) ?? new Map()
      if (ofUser.size === 0 && spent.size >= MOST_COUNTED) return
      spent.set(userId, ofUser.set(procedure, (ofUser.get(procedure) ?? 0) + milliseconds / 1_000))
    },
    latest() {
      return Array.from(inAll(currentParts().map(({ spent }) => spent)), ([userId, spent]) => toUser(userId, spent))
        .filter(({ seconds }) => seconds >= WORTH_NAMING)
        .sort((one, other) => other.seconds - one.seconds)
        .slice(0, MOST_NAMED)
    },
  }
}

function inAll(parts: Map<string, Spent>[]): Map<string, Spent> {
  const all = new Map<string, Spent>()
  for (const part of parts) {
    for (const [userId, spent] of part) {
      const ofUser: Spent = all.get(userId) ?? new Map()
      for (const [procedure, seconds] of spent) ofUser.set(procedure, (ofUser.get(procedure) ?? 0) + seconds)
      all.set(userId, ofUser)
    }
  }
  return all
}

function toUser(userId: string, spent: Spent): GreedyUser {
  const [[procedure] = ['']] = [...spent].sort(([, one], [, other]) => other - one)
  return { userId, procedure, seconds: [...spent.values()].reduce((sum, seconds) => sum + seconds, 0) }
}
