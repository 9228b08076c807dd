import type { PrismaClient } from '../generated/client.ts'

/** What a server says of itself, to the role and through the connection that calls use. */
export interface ServerFacts {
  database: string
  role: string
  encoding: string
  /** As the session has them. */
  timeZone: string
  dateStyle: string
  isolation: string
  replicationRole: string
  readOnly: boolean
  /** A standby. */
  inRecovery: boolean
  /** Settings by which a commit that was answered can be lost. */
  unsafe: string[]
  /** `autovacuum` and `track_counts` are both on. */
  autovacuum: boolean
  /** Of the libraries that sort text: when the database was made, and now; null where it does not depend on one. */
  collationVersion: string | null
  actualCollationVersion: string | null
  /** Connections that this role can still open, within the limits of server, database and role. */
  freeConnections: number
  /** Transactions since the oldest row that is not frozen. At about two billions the server refuses to write. */
  transactionAge: number
  /** Transactions that were prepared for a two-phase commit more than a minute ago. */
  preparedTransactions: string[]
}

/** In one statement, which PostgreSQL 15 and later understand. */
export async function readServerFacts(client: PrismaClient): Promise<ServerFacts> {
  const [facts] = await client.$queryRaw<[ServerFacts]>`
    SELECT datname::text AS database, current_user::text AS role, pg_encoding_to_char(encoding)::text AS encoding,
      current_setting('TimeZone') AS "timeZone", current_setting('DateStyle') AS "dateStyle",
      current_setting('default_transaction_isolation') AS isolation,
      current_setting('session_replication_role') AS "replicationRole",
      current_setting('transaction_read_only')::bool AS "readOnly", pg_is_in_recovery() AS "inRecovery",
      ARRAY(SELECT name FROM pg_settings WHERE setting = 'off'
        AND name IN ('fsync', 'full_page_writes', 'synchronous_commit') ORDER BY name) AS unsafe,
      current_setting('autovacuum')::bool AND current_setting('track_counts')::bool AS autovacuum,
      datcollversion AS "collationVersion", pg_database_collation_actual_version(oid) AS "actualCollationVersion",
      least(
        current_setting('max_connections')::int - current_setting('superuser_reserved_connections')::int
          - coalesce(current_setting('reserved_connections', true)::int, 0)
          - (SELECT sum(numbackends) FROM pg_stat_database),
        CASE WHEN datconnlimit >= 0 THEN datconnlimit
          - (SELECT numbackends FROM pg_stat_database WHERE datid = pg_database.oid) END,
        (SELECT rolconnlimit - (SELECT count(*) FROM pg_stat_activity WHERE usesysid = pg_roles.oid)
          FROM pg_roles WHERE rolname = current_user AND rolconnlimit >= 0)
      )::int AS "freeConnections",
      age(datfrozenxid) AS "transactionAge",
      ARRAY(SELECT gid FROM pg_prepared_xacts WHERE pg_prepared_xacts.database = datname
        AND prepared < clock_timestamp() - interval '1 minute' ORDER BY prepared) AS "preparedTransactions"
    FROM pg_database WHERE datname = current_database()`
  return facts
}
