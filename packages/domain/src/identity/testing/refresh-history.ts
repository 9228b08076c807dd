import fc from 'fast-check'
import { type Arrival, createBrowser, type Race, type Tab, type Transit } from './refresh-browser.ts'
import { createThief, type Loot } from './refresh-thief.ts'
import { countTurns } from './refresh-turns.ts'
import { type Exchange, observe, type RefreshWorld } from './refresh-worlds.ts'

export type Step =
  | { does: 'wait'; seconds: number }
  /** Makes a call, and refreshes before if it has no access token that is still good. */
  | ({ does: 'call' | 'refresh'; tab: Tab } & Transit)
  /** Both tabs send the same cookie, without a lock: the second one's request, and the first one's answer, may be late. */
  | ({ does: 'refreshBoth' } & Race)
  | { does: 'reload'; tab: Tab }
  /** The thief copies the cookie. */
  | { does: 'steal' }
  /** Patiently: not before he sees that the newest generation is used, so that it must have come to his victim. */
  | { does: 'thiefRefreshes'; loot: Loot; patiently: boolean }
  | { does: 'thiefCalls' }

/** Seconds; multiples of ten, so that the milliseconds that a real database takes decide nothing. */
const DELAYS = [0, 10, 20, 60, 600]
/** The longest that a request is on its way: the server gives up on slower ones (`requestTimeout`), well before 30 s. */
const GAPS = [0, 10, 20]
const WAITS = [10, 20, 30, 40, 600, 900, 3_600, 8 * 3_600]

const TABS: readonly Tab[] = ['first', 'second']
const ARRIVALS: readonly Arrival[] = ['whole', 'whole', 'whole', 'whole', 'whole', 'whole', 'cookie alone', 'lost']
const BOTH = [true, false]

// Each a table: drawing whole steps is several times as fast as drawing their parts.
const calls: Step[] = (['call', 'refresh'] as const).flatMap((does) =>
  TABS.flatMap((tab) => DELAYS.flatMap((delay) => ARRIVALS.map((arrival) => ({ does, tab, delay, arrival })))),
)
const races: Step[] = GAPS.flatMap((gap) =>
  BOTH.flatMap((late) =>
    ARRIVALS.flatMap((first) =>
      ARRIVALS.map((second) => ({ does: 'refreshBoth' as const, gap, late, arrivals: [first, second] as const })),
    ),
  ),
)
const waits: Step[] = WAITS.map((seconds) => ({ does: 'wait', seconds }))
const reloads: Step[] = TABS.map((tab) => ({ does: 'reload', tab }))
const thefts: Step[] = [{ does: 'steal' }, { does: 'thiefCalls' }]
const thiefsRefreshes: Step[] = (['newest', 'stolen'] as const).flatMap((loot) =>
  BOTH.map((patiently) => ({ does: 'thiefRefreshes' as const, loot, patiently })),
)

const honestStep = fc.oneof(...[calls, races, waits, reloads].map((steps) => fc.constantFrom(...steps)))
const thiefStep = fc.oneof(fc.constantFrom(...thefts), fc.constantFrom(...thiefsRefreshes))

export function histories({ thief, maxLength }: { thief: boolean; maxLength: number }): fc.Arbitrary<Step[]> {
  const step = thief ? fc.oneof({ weight: 2, arbitrary: honestStep }, thiefStep) : honestStep
  return fc.array(step, { maxLength, size: 'max' })
}

/** What a history came to. */
export interface Outcome {
  /** The honest user was refused. */
  signedOut: boolean
  thief: ReturnType<typeof createThief>['record']
  /** How often, at most, thief and victim were served in turn, each more than 30 s after the other. */
  turns: number
  /** Generations that were made, and those of them that took the place of another one. */
  rotations: number
  replacements: number
  exchanges: readonly Exchange[]
}

/**
 * Plays a history. What it takes from the network:
 * - A request is with the server within 20 s, an answer arrives whenever it likes, or in part, or never.
 * - Tabs take turns (the lock of the client), or two of them send the same cookie at once. Of two such requests the second
 *   may come after the answer to the first has been used, but for one case (`refreshBoth`).
 * - The browser keeps the cookies in the order in which the server has set them.
 */
export function play(world: RefreshWorld, history: readonly Step[]): Outcome {
  const server = observe(world)
  const turns = countTurns(server)
  const browser = createBrowser(server, turns)
  const thief = createThief(server, turns)
  for (const step of history) {
    if (browser.isSignedOut()) break
    switch (step.does) {
      case 'wait':
        server.wait(step.seconds)
        break
      case 'call':
        browser.call(step.tab, step)
        break
      case 'refresh':
        browser.refresh(step.tab, step)
        break
      case 'refreshBoth':
        browser.refreshBoth(step)
        break
      case 'reload':
        browser.reload(step.tab)
        break
      case 'steal':
        thief.steal(browser.cookie())
        break
      case 'thiefRefreshes':
        thief.refresh(step)
        break
      case 'thiefCalls':
        thief.call()
        break
    }
  }
  return {
    signedOut: browser.isSignedOut(),
    thief: thief.record,
    turns: turns.most(),
    rotations: server.rotations(),
    replacements: server.replacements(),
    exchanges: server.exchanges,
  }
}
