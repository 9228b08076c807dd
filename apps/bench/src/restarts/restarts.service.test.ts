import { buildServer } from '@taskwire/config/testing'
import { freshServerUrl } from '@taskwire/prisma/testing'
import { beforeAll, expect, test } from 'vitest'
import { rollingRestarts } from './rolling-restarts.ts'

beforeAll(() => buildServer(), 120_000)

test.concurrent.each(['nginx', 'haproxy'] as const)(
  'behind %s, as documented, no call fails and no change is lost while both processes are restarted',
  async (proxy) => {
    const outcome = await rollingRestarts(proxy, { databaseUrl: await freshServerUrl(), restarts: 2 })
    expect(outcome.calls.failures).toEqual([])
    expect(outcome.calls.faults).toEqual([])
    expect(outcome.feeds.faults).toEqual([])
    expect(outcome.feeds.changes).toBeGreaterThan(20)
    expect(Object.keys(outcome.calls.answered)).toHaveLength(9)
    for (const { code, milliseconds } of outcome.stops) {
      expect(code).toBe(0)
      expect(milliseconds).toBeLessThan(11_000)
    }
  },
  120_000,
)
