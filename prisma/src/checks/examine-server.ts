import type { DatabaseConfig } from '../config.ts'
import { connectionString } from '../connection-string.ts'
import type { OpenDatabase } from '../driver.ts'
import type { Finding, NamedFinding } from './finding.ts'
import { judgeConnections } from './judge-connections.ts'
import { judgeRoute } from './judge-route.ts'
import { judgeEncoding, judgeIsolation, judgeReplicationRole, judgeTimeZone, judgeWriting } from './judge-session.ts'
import { judgeAutovacuum, judgeCollation, judgeDurability, judgeTransactionAge, judgeVersion } from './judge-upkeep.ts'
import { traceRoute } from './route.ts'
import { readServerFacts } from './server-facts.ts'

/**
 * Looks at what a server and the way to it have to be like, whatever is in the database: in some 20 statements, each of
 * a millisecond. Of the embedded database there is nothing to say.
 *
 * @returns what was found; where the way there fails, or the version, that alone
 * @throws DatabaseUrlError where nothing can be reached or nobody is let in
 */
export async function examineServer({ kind, client }: OpenDatabase, config: DatabaseConfig): Promise<NamedFinding[]> {
  if (kind === 'embedded' || config.url === undefined) return []
  const url = connectionString(config.url, 'DATABASE_URL')
  const directUrl = connectionString(config.directUrl ?? config.url, 'DIRECT_DATABASE_URL')
  const [route, direct] = await Promise.all([
    traceRoute(url, 'DATABASE_URL'),
    directUrl === url ? null : traceRoute(directUrl, 'DIRECT_DATABASE_URL'),
  ])
  const pooler = named('pooler', judgeRoute(route, direct))
  if (pooler.grade === 'FAIL') return [pooler]

  const [server] = await client.$queryRaw<[{ version: string; major: number }]>`
    SELECT current_setting('server_version') AS version, current_setting('server_version_num')::int / 10000 AS major`
  const version = named('version', judgeVersion(server))
  if (version.grade === 'FAIL') return [pooler, version]

  const facts = await readServerFacts(client)
  return [
    pooler,
    version,
    named('encoding', judgeEncoding(facts)),
    named('time zone', judgeTimeZone(facts)),
    named('writing', judgeWriting(facts)),
    named('triggers', judgeReplicationRole(facts)),
    named('isolation', judgeIsolation(facts)),
    named('durability', judgeDurability(facts)),
    named('collation', judgeCollation(facts)),
    named('connections', judgeConnections(facts, config, direct !== null)),
    named('autovacuum', judgeAutovacuum(facts)),
    named('age', judgeTransactionAge(facts)),
  ]
}

function named(name: string, finding: Finding): NamedFinding {
  return { name, ...finding }
}
