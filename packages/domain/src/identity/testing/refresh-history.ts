import fc from 'fast-check'
import { type Arrival, createBrowser, createThief, type Tab } from './refresh-actors.ts'
import { observe, type RefreshWorld } from './refresh-worlds.ts'

export type Step =
  | { does: 'wait'; seconds: number }
  /** Makes a call, and refreshes before if it has no access token that is still good. */
  | { does: 'call' | 'refresh'; tab: Tab; delay: number; arrival: Arrival }
  /** Both tabs send the same cookie; the second one's request takes longer, and the first one's answer may come before. */
  | { does: 'refreshBoth'; gap: number; arrivals: [Arrival, Arrival] }
  | { does: 'reload'; tab: Tab }
  /** The thief copies the cookie. */
  | { does: 'steal' }
  | { does: 'thiefRefreshes' | 'thiefCalls' }

/** Seconds; multiples of ten, so that the milliseconds that a real database takes decide nothing. */
const DELAYS = [0, 10, 20, 60, 600]
/** The longest that a request is on its way: the server gives up on slower ones (`requestTimeout`), well before 30 s. */
const GAPS = [0, 10, 20]
const WAITS = [10, 20, 30, 40, 600, 900, 3_600, 8 * 3_600]

const tab = fc.constantFrom<Tab>('first', 'second')
const delay = fc.constantFrom(...DELAYS)
const arrival = fc.oneof(
  { weight: 3, arbitrary: fc.constant<Arrival>('whole') },
  fc.constantFrom<Arrival>('cookie alone', 'lost'),
)
const honestStep: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ does: fc.constantFrom('call', 'refresh'), tab, delay, arrival }),
  fc.record({ does: fc.constant('refreshBoth'), gap: fc.constantFrom(...GAPS), arrivals: fc.tuple(arrival, arrival) }),
  fc.record({ does: fc.constant('wait'), seconds: fc.constantFrom(...WAITS) }),
  fc.record({ does: fc.constant('reload'), tab }),
)
const thiefStep: fc.Arbitrary<Step> = fc.record({ does: fc.constantFrom('steal', 'thiefRefreshes', 'thiefCalls') })

export function histories({ thief, maxLength }: { thief: boolean; maxLength: number }): fc.Arbitrary<Step[]> {
  const step = thief ? fc.oneof({ weight: 2, arbitrary: honestStep }, thiefStep) : honestStep
  return fc.array(step, { maxLength, size: 'max' })
}

/** What a history came to. */
export interface Outcome {
  /** The honest user was refused. */
  signedOut: boolean
  thief: ReturnType<typeof createThief>['record']
  /** All that the server answered, to compare worlds by. */
  answers: readonly (number | boolean | null)[]
  /** Generations that were made. */
  rotations: number
}

/**
 * Plays a history. What it takes from the network: requests and answers of one browser stay in order, but that the
 * second of two refreshes at once may come after the first one's answer has been used, where that one has made a new
 * generation. (For one that repeats a lost answer see the end of the model's test.)
 */
export async function play(world: RefreshWorld, history: readonly Step[]): Promise<Outcome> {
  const server = observe(world)
  const browser = createBrowser(server)
  const thief = createThief(server)
  for (const step of history) {
    if (browser.isSignedOut()) break
    switch (step.does) {
      case 'wait':
        await server.wait(step.seconds)
        break
      case 'call':
        await browser.call(step.tab, step)
        break
      case 'refresh':
        await browser.refresh(step.tab, step)
        break
      case 'refreshBoth':
        await browser.refreshBoth(step)
        break
      case 'reload':
        browser.reload(step.tab)
        break
      case 'steal':
        thief.steal(browser.cookie())
        break
      case 'thiefRefreshes':
        await thief.refresh()
        break
      case 'thiefCalls':
        await thief.call()
        break
    }
  }
  const { answers, rotations } = server
  return { signedOut: browser.isSignedOut(), thief: thief.record, answers, rotations: rotations() }
}
