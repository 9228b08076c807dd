import { testDatabase } from '@taskwire/prisma/testing'
import fc from 'fast-check'
import { beforeAll, describe, expect, inject, test } from 'vitest'
import { userSelect } from './get-user.ts'
import { decideRefresh, type SessionState } from './refresh-decision.ts'
import { histories, type Outcome, play, type Step } from './testing/refresh-history.ts'
import { replay } from './testing/refresh-on-database.ts'
import { mirrorWorld } from './testing/refresh-worlds.ts'
import { testIdentity } from './testing/test-identity.ts'

// Random histories of a browser with two tabs, and of a thief who copies its cookie: answers are lost, whole or in
// part, tabs are reloaded, and time passes at any point. `play` says what they take from the network. As many as
// `pnpm test:services` plays take half a minute.
const RUNS = inject('testServer') === undefined ? 20_000 : 100_000
/**
 * In how many histories at most a wrong rule has to be found. The rarest faults show in about 1 of 5 000, so that one in
 * 10^20 searches would miss them; most end after a few.
 */
const SEARCHED = 250_000
/** Milliseconds, for a machine that is busy. */
const TIMEOUT = 240_000

/** In turn, each more than 30 s after the other, both use what they hold, and then what that has brought them. */
const TURNS_UNTIL_FOUND = 4

const isUnfound = ({ thief, turns }: Outcome) => thief.gotAway || turns >= TURNS_UNTIL_FOUND

describe(`in ${RUNS} histories of two tabs`, () => {
  test(
    'nobody is signed out',
    () => {
      const times = { rotations: 0, replacements: 0 }
      const faultless = fc.property(histories({ thief: false, maxLength: 40 }), (history) => {
        const { signedOut, rotations, replacements } = play(mirrorWorld(), history)
        times.rotations += rotations
        times.replacements += replacements
        return !signedOut
      })
      fc.assert(faultless, { numRuns: RUNS })
      expect(times.rotations).toBeGreaterThan(3 * RUNS)
      expect(times.replacements).toBeGreaterThan(RUNS / 10)
    },
    TIMEOUT,
  )

  test(
    'with a thief among them, he is found once both have used what they hold, and harms nobody before his first use',
    () => {
      const times = { signedOut: 0, cutOff: 0, inTurn: 0 }
      const faultless = fc.property(histories({ thief: true, maxLength: 40 }), (history) => {
        const outcome = play(mirrorWorld(), history)
        const { signedOut, thief, turns } = outcome
        times.signedOut += Number(signedOut)
        times.cutOff += Number(thief.cutOff)
        times.inTurn += Number(turns > 1)
        return !isUnfound(outcome) && (thief.acted || !signedOut)
      })
      fc.assert(faultless, { numRuns: RUNS })
      for (const count of Object.values(times)) expect(count).toBeGreaterThan(RUNS / 20)
    },
    TIMEOUT,
  )
})

const isParent = (session: SessionState, presented: number) => presented === session.parent

/** What the rule was before skipped generations. */
const serveSameSuccessor: typeof decideRefresh = (session, presented) => {
  const decision = decideRefresh(session, presented)
  return decision === 'replace' ? 'serve' : decision
}

test.each<{ rule: string; decide: typeof decideRefresh; fault: 'signs out' | 'leaves a thief unfound' }>([
  {
    rule: 'takes a parent past 30 s for a copy in any case',
    decide: (session, presented) => decideRefresh({ ...session, confirmed: true }, presented),
    fault: 'signs out',
  },
  {
    rule: 'knows nothing of other tabs',
    decide: (session, presented) => decideRefresh({ ...session, age: Number.POSITIVE_INFINITY }, presented),
    fault: 'signs out',
  },
  {
    rule: 'makes the skipped generation the parent of the one in its place',
    decide: (session, presented) =>
      decideRefresh({ ...session, parent: session.generation === 1 ? null : session.generation - 1 }, presented),
    fault: 'signs out',
  },
  {
    rule: 'serves the very same successor to a parent when it is old and unconfirmed',
    decide: serveSameSuccessor,
    fault: 'leaves a thief unfound',
  },
  {
    rule: 'always serves a parent',
    decide: (session, presented) => (isParent(session, presented) ? 'serve' : decideRefresh(session, presented)),
    fault: 'leaves a thief unfound',
  },
  {
    rule: 'always makes a new generation for a parent past 30 s',
    decide: (session, presented) =>
      decideRefresh({ ...session, confirmed: session.confirmed && !isParent(session, presented) }, presented),
    fault: 'leaves a thief unfound',
  },
  {
    rule: 'takes a skipped generation for the parent',
    decide: (session, presented) => {
      const skipped = presented > (session.parent ?? 0) && presented < session.generation
      return decideRefresh(session, skipped ? (session.parent ?? 0) : presented)
    },
    fault: 'leaves a thief unfound',
  },
  {
    rule: 'only refuses an old token, and lets the session stand',
    decide: (session, presented) => {
      const decision = decideRefresh(session, presented)
      return decision === 'reuse' ? 'ended' : decision
    },
    fault: 'leaves a thief unfound',
  },
])('the model finds fault with a rule that $rule: it $fault', ({ decide, fault }) => {
  const thief = fault === 'leaves a thief unfound'
  const faultless = fc.property(histories({ thief, maxLength: 40 }), (history) => {
    const outcome = play(mirrorWorld(decide), history)
    return thief ? !isUnfound(outcome) : !outcome.signedOut
  })
  expect(fc.check(faultless, { numRuns: SEARCHED }).failed).toBe(true)
})

describe('the thief who refreshes first, waits until he sees that his victim has come, and uses his own copy', () => {
  /** Five times, as over a few hours. */
  const history: Step[] = [{ does: 'steal' }, { does: 'wait', seconds: 40 }]
  for (let cycle = 0; cycle < 5; cycle += 1) {
    history.push({ does: 'thiefRefreshes', loot: 'newest', patiently: cycle > 0 }, { does: 'wait', seconds: 900 })
    history.push({ does: 'call', tab: 'first', delay: 0, arrival: 'whole' }, { does: 'wait', seconds: 40 })
  }

  test('is found when he comes for the second time, and all are signed out', () => {
    const { thief, turns, signedOut, exchanges } = play(mirrorWorld(), history)
    expect({ ...thief, turns, signedOut }).toEqual({
      acted: true,
      gotAway: false,
      cutOff: true,
      turns: 2,
      signedOut: true,
    })
    expect(exchanges.filter(({ asked }) => asked === 'refresh')).toEqual([
      { asked: 'refresh', presented: 1, answer: 2 },
      { asked: 'refresh', presented: 1, answer: 3 },
      { asked: 'refresh', presented: 2, answer: null },
      { asked: 'refresh', presented: 3, answer: null },
    ])
  })

  test('was never found while his victim was served the very same successor', () => {
    const { turns, signedOut } = play(mirrorWorld(serveSameSuccessor), history)
    expect({ turns, signedOut }).toEqual({ turns: 10, signedOut: false })
  })
})

describe('what the model leaves out', () => {
  test('a request that a later one of the same browser overtakes, half a minute after an answer was lost', () => {
    // Two tabs refresh by the same cookie without a lock, 20 s after an answer was lost. The first one's call is there
    // before the second one's refresh, which comes 10 s later. To the server that is a thief: hence the lock in the client.
    const world = mirrorWorld()
    world.wait(60)
    expect(world.refresh(1)).toBe(2)
    world.wait(20)
    expect(world.refresh(1)).toBe(2)
    expect(world.call(2)).toBe(true)
    world.wait(10)
    expect(world.refresh(1)).toBeNull()
  })

  test('a cookie that arrives after the cookie that was set in its place', () => {
    // An answer is on its way for more than 30 s, and another tab has refreshed meanwhile: the client gives up by then.
    const world = mirrorWorld()
    world.wait(60)
    const late = world.refresh(1)
    world.wait(30)
    expect(world.refresh(1)).toBe(3)
    expect(world.refresh(late ?? 0)).toBeNull()
  })

  test('a thief who is never more than 30 s away from his victim', () => {
    // He asks every 20 s, day and night, and is handed what his victim is handed: to the server he is another tab.
    const world = mirrorWorld()
    const victim = { cookie: 1 }
    world.wait(60)
    for (let visit = 0; visit < 5; visit += 1) {
      const stolen = victim.cookie
      for (let asked = 0; asked < 45; asked += 1) {
        world.refresh(stolen)
        world.wait(20)
      }
      victim.cookie = world.refresh(stolen) ?? 0
      expect(world.call(victim.cookie)).toBe(true)
      expect(world.refresh(stolen)).toBe(victim.cookie)
    }
  })
})

describe('the verbs on the database', () => {
  let account: Parameters<typeof replay>[0]
  beforeAll(async () => {
    const { client } = await testDatabase()
    const policy = { passwordMinLength: 8, refreshIdleTtlSeconds: 14 * 86_400, refreshAbsoluteTtlSeconds: 30 * 86_400 }
    const identity = testIdentity(client, { policy })
    const passwordHash = 'of no password'
    const user = await client.user.create({ data: { email: 'model@example.com', passwordHash }, select: userSelect })
    account = { db: client, identity, user, passwordHash }
  })

  test(
    'answer as the model does',
    async () => {
      await fc.assert(
        fc.asyncProperty(histories({ thief: true, maxLength: 16 }), async (history) => {
          const { exchanges } = play(mirrorWorld(), history)
          expect(await replay(account, exchanges)).toEqual(exchanges)
        }),
        { numRuns: RUNS / 100 },
      )
    },
    TIMEOUT,
  )
})
