import { type Finding, ok } from '@taskwire/prisma'
import type { Examination } from './examination.ts'

interface Session {
  pid: number
  application: string
  seconds: number
}

/** Transactions that stand open for minutes: they keep locks, and dead rows that nothing can clear away. */
export async function checkOldSessions({
  database: { client },
}: Pick<Examination, 'database'>): Promise<Finding | Finding[]> {
  const sessions = await client.$queryRaw<Session[]>`
    SELECT pid, application_name AS application,
      extract(epoch FROM clock_timestamp() - xact_start)::int AS seconds
    FROM pg_stat_activity
    WHERE datname = current_database() AND state LIKE 'idle in transaction%'
      AND xact_start < clock_timestamp() - interval '1 minute'
    ORDER BY xact_start LIMIT 10`
  if (sessions.length === 0) return ok('no transaction stands open for long')
  return sessions.map(({ pid, application, seconds }) => ({
    grade: 'WARN',
    says: `session ${pid}${application === '' ? '' : ` (${application})`} has a transaction open for ${seconds} s and does nothing`,
    hint: `SELECT pg_terminate_backend(${pid})`,
  }))
}
