import type { ObservedWorld } from './refresh-worlds.ts'

/** A tab of the honest user's browser. The tabs share the cookie; each has an access token in its own memory. */
export type Tab = 'first' | 'second'

/** What becomes of an answer: the tab may be closed or reloaded, or the network go away, at any point of it. */
export type Arrival = 'whole' | 'cookie alone' | 'lost'

/** How a refresh goes: the seconds until its answer would be there, and what becomes of it. */
interface Transit {
  delay: number
  arrival: Arrival
}

/** Seconds. */
const ACCESS_TTL = 900
const GRACE = 30

/** The honest user's browser: two tabs and one cookie. */
export function createBrowser(server: ObservedWorld) {
  let cookie = 1
  let signedOut = false
  const access = new Map<Tab, { generation: number; since: number }>([['first', { generation: 1, since: 0 }]])

  /** The tab's access token, while it is good. */
  function heldBy(tab: Tab): number | undefined {
    const held = access.get(tab)
    return held !== undefined && server.now() - held.since < ACCESS_TTL ? held.generation : undefined
  }

  async function callBy(tab: Tab): Promise<void> {
    const generation = heldBy(tab)
    if (generation !== undefined && !(await server.call(generation))) signedOut = true
  }

  function arrive(tab: Tab, generation: number | null, arrival: Arrival): void {
    if (arrival === 'lost') return
    if (generation === null) {
      signedOut = true
      return
    }
    cookie = generation
    if (arrival === 'whole') access.set(tab, { generation, since: server.now() })
  }

  async function refresh(tab: Tab, { delay, arrival }: Transit): Promise<void> {
    const generation = await server.refresh(cookie)
    // While the answer is on its way, the other tab goes on.
    if (delay > 0 && generation !== null) await callBy(tab === 'first' ? 'second' : 'first')
    await server.wait(delay)
    arrive(tab, generation, arrival)
  }

  return {
    cookie: () => cookie,
    isSignedOut: () => signedOut,
    refresh,

    async call(tab: Tab, transit: Transit): Promise<void> {
      if (heldBy(tab) === undefined) await refresh(tab, transit)
      await callBy(tab)
    },

    async refreshBoth({ gap, arrivals }: { gap: number; arrivals: [Arrival, Arrival] }): Promise<void> {
      const sent = cookie
      const generation = await server.refresh(sent)
      arrive('first', generation, arrivals[0])
      const young = generation !== null && server.ageOf(generation) + gap < GRACE
      if (young && heldBy('first') === generation) await callBy('first')
      await server.wait(gap)
      arrive('second', await server.refresh(sent), arrivals[1])
    },

    /** Its memory is gone; the cookie stays. */
    reload(tab: Tab): void {
      access.delete(tab)
    },
  }
}

/** Somebody with a copy of the cookie, as it was when he took it. */
export function createThief(server: ObservedWorld) {
  let loot: { cookie: number; access: number | null } | null = null
  const record = {
    /** He has used what he stole. */
    acted: false,
    /** He was served past 30 s of a successor that had been used: never to be. */
    gotAway: false,
    /** He was refused there, and all that he had is worth nothing. */
    cutOff: false,
  }

  return {
    record,

    steal(cookie: number): void {
      loot = { cookie, access: null }
    },

    async refresh(): Promise<void> {
      if (loot === null) return
      record.acted = true
      const followed = server.isUsedAfter(loot.cookie, GRACE)
      const generation = await server.refresh(loot.cookie)
      if (followed) {
        const access = generation ?? loot.access
        const served = generation !== null || (access !== null && (await server.call(access)))
        if (served) record.gotAway = true
        else record.cutOff = true
      }
      loot = generation === null ? null : { cookie: generation, access: generation }
    },

    async call(): Promise<void> {
      if (loot?.access != null) await server.call(loot.access)
    },
  }
}
