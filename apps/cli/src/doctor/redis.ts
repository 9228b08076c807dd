import { pingRedis } from '@taskwire/config'
import { type Finding, ok } from '@taskwire/prisma'
import type { Examination } from './examination.ts'

export async function checkRedis({ env: { redisUrl } }: Pick<Examination, 'env'>): Promise<Finding> {
  if (redisUrl === undefined) return ok('none: each process counts limits by itself')
  try {
    return ok(`answers in ${(await pingRedis(redisUrl)).toFixed(1)} ms`)
  } catch (error) {
    return {
      grade: 'WARN',
      says: `does not answer (${error instanceof Error ? error.message : String(error)}): each process limits calls by itself, and more strictly`,
      hint: 'see that it runs, and REDIS_URL',
    }
  }
}
