import type { Finding } from '@taskwire/prisma'
import type { Examination } from './examination.ts'

/** Milliseconds. */
const TOLERANCE = 2_000

export async function checkClock({ database: { client } }: Pick<Examination, 'database'>): Promise<Finding> {
  const before = Date.now()
  const [row] = await client.$queryRaw<{ now: Date }[]>`SELECT clock_timestamp() AS now`
  const after = Date.now()
  const difference = (row?.now.getTime() ?? 0) - (before + after) / 2
  const well = Math.abs(difference) <= TOLERANCE + (after - before) / 2
  return {
    grade: well ? 'ok' : 'FAIL',
    says: `the database’s clock is ${(Math.abs(difference) / 1000).toFixed(1)} s ${difference < 0 ? 'behind' : 'ahead of'} this machine’s`,
    ...(!well && { hint: 'set both by NTP' }),
  }
}
