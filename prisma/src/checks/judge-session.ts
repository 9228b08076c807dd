import { type Finding, ok } from './finding.ts'
import { quoted } from './quoted.ts'
import type { ServerFacts } from './server-facts.ts'

/** @file Whether the database and the sessions on it are as the statements take them to be. */

export function judgeEncoding({ encoding }: ServerFacts): Finding {
  if (encoding === 'UTF8') return ok('UTF8')
  return {
    grade: 'FAIL',
    says: `the database is encoded in ${encoding}, and texts would be refused or altered`,
    hint: "create one with ENCODING 'UTF8' TEMPLATE template0, and move there",
  }
}

export function judgeTimeZone({ timeZone, dateStyle }: ServerFacts): Finding {
  if (timeZone === 'UTC' && dateStyle.startsWith('ISO')) return ok('sessions count time in UTC and write it as ISO')
  return {
    grade: 'FAIL',
    says: `sessions count time in ${timeZone} and write it as ${dateStyle}, so that instants would be read shifted`,
    hint: 'something between here and the database sets it: look at the pooler’s settings for TimeZone and DateStyle',
  }
}

export function judgeWriting({ readOnly, inRecovery, database, role }: ServerFacts): Finding {
  if (!readOnly) return ok('the database can write')
  return {
    grade: 'FAIL',
    says: inRecovery
      ? 'the database is a standby, which only reads: calls that write are refused until it is promoted'
      : 'the database only reads, by default_transaction_read_only: calls that write are refused',
    hint: inRecovery
      ? 'promote it, or let DATABASE_URL lead to the primary'
      : `ALTER DATABASE ${quoted(database)} RESET default_transaction_read_only, the same of ROLE ${quoted(role)}, or in postgresql.conf`,
  }
}

export function judgeIsolation({ isolation, database }: ServerFacts): Finding {
  if (isolation === 'read committed') return ok(isolation)
  return {
    grade: 'WARN',
    says: `transactions are ${isolation} by default: those that meet are run again or fail`,
    hint: `ALTER DATABASE ${quoted(database)} SET default_transaction_isolation = 'read committed'`,
  }
}

export function judgeReplicationRole({ replicationRole, database, role }: ServerFacts): Finding {
  if (replicationRole === 'origin') return ok('triggers fire')
  return {
    grade: 'FAIL',
    says: `session_replication_role is ${replicationRole}, so that no trigger fires: nothing is numbered, counted or checked`,
    hint: `ALTER DATABASE ${quoted(database)} RESET session_replication_role, the same of ROLE ${quoted(role)}, or in postgresql.conf; then SELECT recount_user(id) FROM users`,
  }
}
