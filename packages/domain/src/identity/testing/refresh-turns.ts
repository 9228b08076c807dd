import type { ObservedWorld } from './refresh-worlds.ts'

/** Seconds within which two who refresh by one token are taken for two tabs of a browser. */
export const GRACE = 30

type Party = 'thief' | 'victim'

/** Counts how thief and victim take turns: each gets a generation in return for another, over 30 s after the other asked. */
export interface Turns {
  /** A refresh is sent. */
  ask(party: Party): void
  /** Its answer has come, and is another generation than the one that was presented. */
  take(party: Party): void
  /** Both hold the same, as after a theft. */
  restart(): void
  /** The longest row of turns. */
  most(): number
}

export function countTurns({ now }: Pick<ObservedWorld, 'now'>): Turns {
  const asked = { thief: Number.NEGATIVE_INFINITY, victim: Number.NEGATIVE_INFINITY }
  let last: Party | null = null
  let turns = 0
  let most = 0

  function restart(): void {
    last = null
    turns = 0
  }

  return {
    restart,
    ask(party) {
      if (now() - asked[party === 'thief' ? 'victim' : 'thief'] < GRACE) restart()
      asked[party] = now()
    },
    take(party) {
      if (party === last) return
      last = party
      turns += 1
      most = Math.max(most, turns)
    },
    most: () => most,
  }
}
