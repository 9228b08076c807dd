import { type Finding, ok } from '@taskwire/prisma'
import type { Examination } from './examination.ts'

export async function checkConnection({ database: { client } }: Pick<Examination, 'database'>): Promise<Finding> {
  // The first round trip also connects.
  await client.$queryRaw`SELECT 1`
  const start = performance.now()
  await client.$queryRaw`SELECT 1`
  return ok(`answers in ${(performance.now() - start).toFixed(1)} ms`)
}
