import { GRACE, type Turns } from './refresh-turns.ts'
import type { ObservedWorld } from './refresh-worlds.ts'

/** A tab of the honest user's browser. The tabs share the cookie; each has an access token in its own memory. */
export type Tab = 'first' | 'second'

/** What becomes of an answer: the tab may be closed or reloaded, or the network go away, at any point of it. */
export type Arrival = 'whole' | 'cookie alone' | 'lost'

/** How a refresh goes: the seconds until its answer would be there, and what becomes of it. */
export interface Transit {
  delay: number
  arrival: Arrival
}

/** How a race of the tabs goes: seconds by which the second request is later, and whether the first answer is too. */
export interface Race {
  gap: number
  late: boolean
  arrivals: readonly [Arrival, Arrival]
}

/** Seconds. */
const ACCESS_TTL = 900

/** The honest user's browser: two tabs and one cookie. */
export function createBrowser(server: ObservedWorld, turns: Turns) {
  let cookie = 1
  let signedOut = false
  const access = new Map<Tab, { generation: number; since: number }>([['first', { generation: 1, since: 0 }]])

  /** The tab's access token, while it is good. */
  function heldBy(tab: Tab): number | undefined {
    const held = access.get(tab)
    return held !== undefined && server.now() - held.since < ACCESS_TTL ? held.generation : undefined
  }

  function callBy(tab: Tab): void {
    const generation = heldBy(tab)
    if (generation !== undefined && !server.call(generation)) signedOut = true
  }

  /** Sends a refresh by what was the cookie at some time. */
  function send(sent: number): number | null {
    turns.ask('victim')
    return server.refresh(sent)
  }

  function arrive(tab: Tab, generation: number | null, arrival: Arrival): void {
    if (arrival === 'lost') return
    if (generation === null) {
      signedOut = true
      return
    }
    if (generation !== cookie) turns.take('victim')
    cookie = generation
    if (arrival === 'whole') access.set(tab, { generation, since: server.now() })
  }

  function refresh(tab: Tab, { delay, arrival }: Transit): void {
    const generation = send(cookie)
    // While the answer is on its way, the other tab goes on.
    if (delay > 0 && generation !== null) callBy(tab === 'first' ? 'second' : 'first')
    server.wait(delay)
    arrive(tab, generation, arrival)
  }

  return {
    cookie: () => cookie,
    isSignedOut: () => signedOut,
    refresh,

    call(tab: Tab, transit: Transit): void {
      if (heldBy(tab) === undefined) refresh(tab, transit)
      callBy(tab)
    },

    refreshBoth({ gap, late, arrivals }: Race): void {
      const sent = cookie
      const first = send(sent)
      if (!late) {
        arrive('first', first, arrivals[0])
        if (heldBy('first') === first) callBy('first')
      }
      // Left out: the second request is overtaken across the end of the time for which a lost answer is repeated.
      const repeatsLost = first !== null && first !== sent
      server.wait(repeatsLost && server.ageOf(first) + gap >= GRACE ? 0 : gap)
      const second = send(sent)
      if (late) arrive('first', first, arrivals[0])
      arrive('second', second, arrivals[1])
    },

    /** Its memory is gone; the cookie stays. */
    reload(tab: Tab): void {
      access.delete(tab)
    },
  }
}
