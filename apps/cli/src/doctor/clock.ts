import type { Check } from './finding.ts'

/** Milliseconds. */
const TOLERANCE = 2_000

export const checkClock: Check = async ({ client }) => {
  const before = Date.now()
  const [row] = await client.$queryRaw<{ now: Date }[]>`SELECT clock_timestamp() AS now`
  const after = Date.now()
  const difference = (row?.now.getTime() ?? 0) - (before + after) / 2
  const ok = Math.abs(difference) <= TOLERANCE + (after - before) / 2
  return {
    ok,
    says: `the database’s clock is ${(Math.abs(difference) / 1000).toFixed(1)} s ${difference < 0 ? 'behind' : 'ahead of'} this machine’s`,
    ...(!ok && { hint: 'set both by NTP' }),
  }
}
