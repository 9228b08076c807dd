import { type Finding, ok } from '@taskwire/prisma'
import type { Examination } from './examination.ts'

/** Below this a table is small enough whatever is dead in it. */
const WORTH_A_WORD = 10_000

interface Table {
  name: string
  dead: number
  threshold: number
  /** For this table alone. */
  off: boolean
}

/** Tables from which nobody clears away what was updated and deleted. */
export async function checkDeadRows({
  database: { client },
}: Pick<Examination, 'database'>): Promise<Finding | Finding[]> {
  const tables = await client.$queryRaw<Table[]>`
    SELECT pg_class.relname::text AS name, n_dead_tup::float8 AS dead,
      coalesce(own.threshold, current_setting('autovacuum_vacuum_threshold'))::float8
        + coalesce(own.factor, current_setting('autovacuum_vacuum_scale_factor'))::float8 * greatest(reltuples, 0) AS threshold,
      coalesce('autovacuum_enabled=false' = ANY(reloptions) OR 'autovacuum_enabled=off' = ANY(reloptions), false) AS off
    FROM pg_class JOIN pg_stat_all_tables ON relid = oid CROSS JOIN LATERAL (
      SELECT max(option_value) FILTER (WHERE option_name = 'autovacuum_vacuum_threshold') AS threshold,
        max(option_value) FILTER (WHERE option_name = 'autovacuum_vacuum_scale_factor') AS factor
      FROM pg_options_to_table(reloptions)) AS own
    WHERE relnamespace = current_schema()::regnamespace AND relkind = 'r' ORDER BY 1`
  const findings = tables.flatMap(({ name, dead, threshold, off }): Finding[] => {
    if (off) {
      return [
        {
          grade: 'WARN',
          says: `autovacuum is off for table ${name}`,
          hint: `ALTER TABLE ${name} RESET (autovacuum_enabled)`,
        },
      ]
    }
    if (dead < Math.max(2 * threshold, WORTH_A_WORD)) return []
    return [
      {
        grade: 'WARN',
        says: `table ${name} has ${dead} dead rows, and autovacuum was due at ${Math.round(threshold)}`,
        hint: `VACUUM (ANALYZE) ${name}; look for what holds it up: old transactions, replication slots`,
      },
    ]
  })
  return findings.length === 0 ? ok('no more than autovacuum leaves') : findings
}
