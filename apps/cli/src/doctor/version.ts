import type { Check } from './finding.ts'

const OLDEST = 15

export const checkVersion: Check = async ({ client }) => {
  const [row] = await client.$queryRaw<{ version: string; major: number }[]>`
    SELECT current_setting('server_version') AS version, current_setting('server_version_num')::int / 10000 AS major`
  const ok = row !== undefined && row.major >= OLDEST
  return { ok, says: `PostgreSQL ${row?.version}`, ...(!ok && { hint: `${OLDEST} or later is needed` }) }
}
