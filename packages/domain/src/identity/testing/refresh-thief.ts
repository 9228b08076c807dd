import { GRACE, type Turns } from './refresh-turns.ts'
import type { ObservedWorld } from './refresh-worlds.ts'

/** Which of his refresh tokens a thief shows. */
export type Loot = 'newest' | 'stolen'

/** Somebody with a copy of the cookie as it was when he took it, and with all that it has brought him. */
export function createThief(server: ObservedWorld, turns: Turns) {
  let stolen: number | null = null
  let newest: number | null = null
  let access: number | null = null
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
      stolen = cookie
      newest = cookie
      access = null
      turns.restart()
    },

    refresh({ loot, patiently }: { loot: Loot; patiently: boolean }): void {
      const presented = loot === 'stolen' ? stolen : newest
      if (presented === null || (patiently && !server.isNewestUsed())) return
      record.acted = true
      const followed = server.isUsedAfter(presented, GRACE)
      turns.ask('thief')
      const generation = server.refresh(presented)
      if (generation !== null && generation !== presented) turns.take('thief')
      if (followed) {
        const token = generation ?? access
        const served = generation !== null || (token !== null && server.call(token))
        if (served) record.gotAway = true
        else record.cutOff = true
      }
      newest = generation
      access = generation
      if (generation === null) stolen = null
    },

    call(): void {
      if (access !== null) server.call(access)
    },
  }
}
