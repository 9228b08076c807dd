import { testDatabase } from '@taskwire/prisma/testing'
import fc from 'fast-check'
import { beforeAll, describe, expect, test } from 'vitest'
import type { Identity } from './identity.ts'
import { createPasswords } from './passwords.ts'
import { decideRefresh } from './refresh-decision.ts'
import { userSelect } from './session.ts'
import { histories, play } from './testing/refresh-history.ts'
import { databaseWorld, mirrorWorld, type RefreshWorld } from './testing/refresh-worlds.ts'
import { createTokens } from './tokens.ts'

// Random histories of a browser with two tabs, and of a thief who copies its cookie: answers are lost, whole or in
// part, tabs are reloaded, and time passes at any point.
const RUNS = 10_000

describe('in 10 000 histories of two tabs', () => {
  test('nobody is signed out', async () => {
    let rotations = 0
    await fc.assert(
      fc.asyncProperty(histories({ thief: false, maxLength: 40 }), async (history) => {
        const outcome = await play(mirrorWorld(), history)
        expect(outcome.signedOut).toBe(false)
        rotations += outcome.rotations
      }),
      { numRuns: RUNS },
    )
    expect(rotations).toBeGreaterThan(3 * RUNS)
  })

  test('with a thief among them, he is cut off at his first use past 30 s of a used successor, and harms nobody before his first', async () => {
    const times = { signedOut: 0, cutOff: 0 }
    await fc.assert(
      fc.asyncProperty(histories({ thief: true, maxLength: 40 }), async (history) => {
        const { signedOut, thief } = await play(mirrorWorld(), history)
        expect(thief.gotAway).toBe(false)
        if (signedOut) expect(thief.acted).toBe(true)
        times.signedOut += Number(signedOut)
        times.cutOff += Number(thief.cutOff)
      }),
      { numRuns: RUNS },
    )
    expect(times.signedOut).toBeGreaterThan(RUNS / 20)
    expect(times.cutOff).toBeGreaterThan(RUNS / 20)
  })
})

test.each<{ rule: string; decide: typeof decideRefresh; fault: 'signedOut' | 'gotAway' }>([
  {
    rule: 'takes a parent past 30 s for a copy in any case',
    decide: (session, presented) => decideRefresh({ ...session, confirmed: true }, presented),
    fault: 'signedOut',
  },
  {
    rule: 'knows nothing of other tabs',
    decide: (session, presented) => decideRefresh({ ...session, age: Number.POSITIVE_INFINITY }, presented),
    fault: 'signedOut',
  },
  {
    rule: 'always serves a parent',
    decide: (session, presented) => decideRefresh({ ...session, confirmed: false }, presented),
    fault: 'gotAway',
  },
  {
    rule: 'only refuses an old token, and lets the session stand',
    decide: (session, presented) => {
      const decision = decideRefresh(session, presented)
      return decision === 'reuse' ? 'ended' : decision
    },
    fault: 'gotAway',
  },
])('the model finds fault with a rule that $rule', async ({ decide, fault }) => {
  const thiefJoins = fault === 'gotAway'
  const faultless = fc.asyncProperty(histories({ thief: thiefJoins, maxLength: 40 }), async (history) => {
    const { signedOut, thief } = await play(mirrorWorld(decide), history)
    return thiefJoins ? !thief.gotAway : !signedOut
  })
  expect((await fc.check(faultless, { numRuns: RUNS })).failed).toBe(true)
})

test('what the model leaves out: a request that a later one of the same browser overtakes, after an answer was lost', async () => {
  // Two tabs wake up and refresh by the same cookie without a lock; the first one's call is there before the second
  // one's refresh. To the server that is a thief: hence the lock in the client.
  const world = mirrorWorld()
  await world.wait(60)
  expect(await world.refresh(1)).toBe(2)
  await world.wait(60)
  expect(await world.refresh(1)).toBe(2)
  expect(await world.call(2)).toBe(true)
  expect(await world.refresh(1)).toBeNull()
})

describe('the verbs on the database', () => {
  let newWorld: () => Promise<RefreshWorld>
  beforeAll(async () => {
    const { client } = await testDatabase()
    const tokens = createTokens({ secret: 'a secret of at least thirty-two characters', accessTtlSeconds: 900 })
    const policy = { passwordMinLength: 8, refreshIdleTtlSeconds: 14 * 86_400, refreshAbsoluteTtlSeconds: 30 * 86_400 }
    const identity: Identity = { passwords: createPasswords({ cost: 4 }), tokens, policy, audit: () => {} }
    const passwordHash = 'of no password'
    const user = await client.user.create({ data: { email: 'model@example.com', passwordHash }, select: userSelect })
    newWorld = () => databaseWorld(client, identity, { user, passwordHash })
  })

  test('answer as the model does', async () => {
    await fc.assert(
      fc.asyncProperty(histories({ thief: true, maxLength: 16 }), async (history) => {
        const { answers } = await play(await newWorld(), history)
        expect(answers).toEqual((await play(mirrorWorld(), history)).answers)
      }),
      { numRuns: 200 },
    )
  }, 60_000)
})
