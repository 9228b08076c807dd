import { endsLateStatements, type Finding, ok } from '@taskwire/prisma'
import type { Examination } from './examination.ts'

/** Whether a statement that takes too long is ended: by the server, or through a pooler by another session, past the pooler. */
export async function checkTimeouts({
  database: { client },
  env,
}: Pick<Examination, 'database' | 'env'>): Promise<Finding> {
  const { url, directUrl = url } = env.database
  // Through a pooler a session may have what somebody else has set: what counts is what each begins with.
  const [{ setting, initial }] = await client.$queryRaw<[{ setting: string; initial: string }]>`
    SELECT setting, reset_val AS initial FROM pg_settings WHERE name = 'statement_timeout'`
  const limit = Number(directUrl === url ? setting : initial)
  if (limit > 0) return ok(`the server ends a statement after ${limit / 1000} s`)
  if (await endsLateStatements(env.database)) return ok('a statement that takes too long is cancelled past the pooler')
  return {
    grade: 'WARN',
    says: 'a statement that takes too long runs on at the server: the role in DIRECT_DATABASE_URL may not cancel it',
    hint: `ALTER ROLE … SET statement_timeout = '5s', of the role in DATABASE_URL`,
  }
}
