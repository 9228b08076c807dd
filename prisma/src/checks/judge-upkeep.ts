import { type Finding, ok } from './finding.ts'
import { quoted } from './quoted.ts'
import type { ServerFacts } from './server-facts.ts'

/** @file Whether the server is looked after: what goes well today, and not for ever. */

/** The oldest major version whose SQL the migrations are written in. */
const OLDEST = 15

/** The last day on which a major version is mended: https://www.postgresql.org/support/versioning/ */
const LAST_DAYS: Record<number, string> = {
  15: '2027-11-11',
  16: '2028-11-09',
  17: '2029-11-08',
  18: '2030-11-14',
}

export function judgeVersion({ version, major }: { version: string; major: number }, now = new Date()): Finding {
  const says = `PostgreSQL ${version}`
  if (major < OLDEST) return { grade: 'FAIL', says, hint: `${OLDEST} or later is needed` }
  const lastDay = LAST_DAYS[major]
  if (lastDay === undefined || now.toISOString().slice(0, 10) <= lastDay) return ok(says)
  return { grade: 'WARN', says: `${says}, which nobody mends since ${lastDay}`, hint: 'upgrade it' }
}

export function judgeDurability({ unsafe }: ServerFacts): Finding {
  if (unsafe.length === 0) return ok('what is answered is on the disk')
  return {
    grade: 'WARN',
    says: `${unsafe.join(' and ')} ${unsafe.length === 1 ? 'is' : 'are'} off: a crash can lose changes that were answered`,
    hint: 'switch on again what is off, in postgresql.conf or of the database or role',
  }
}

export function judgeCollation({ collationVersion, actualCollationVersion, database }: ServerFacts): Finding {
  if (collationVersion === actualCollationVersion) return ok('text sorts as it did when the database was made')
  return {
    grade: 'WARN',
    says: `text was sorted by version ${collationVersion} of the system’s library and is by ${actualCollationVersion} now: indexes may miss rows, and a unique one let a second in`,
    hint: `REINDEX DATABASE ${quoted(database)}; ALTER DATABASE ${quoted(database)} REFRESH COLLATION VERSION`,
  }
}

export function judgeAutovacuum({ autovacuum }: ServerFacts): Finding {
  if (autovacuum) return ok('on')
  return {
    grade: 'WARN',
    says: 'off: dead rows stay, tables grow, and in the end the server refuses to write',
    hint: 'ALTER SYSTEM SET autovacuum = on; ALTER SYSTEM SET track_counts = on; SELECT pg_reload_conf()',
  }
}

/** PostgreSQL itself begins to freeze at 200 millions, warns at 2 107 and refuses to write at 2 144. */
const WARN_AGE = 1_000_000_000
const FAIL_AGE = 2_100_000_000

export function judgeTransactionAge({ transactionAge, preparedTransactions, database }: ServerFacts): Finding {
  const says = `${(transactionAge / 1e6).toFixed(0)} million transactions since the oldest row that is not frozen`
  const [prepared] = preparedTransactions
  const end =
    prepared && `ROLLBACK PREPARED '${prepared.replaceAll("'", "''")}' (see pg_prepared_xacts), or COMMIT PREPARED`
  if (transactionAge >= WARN_AGE) {
    return {
      grade: transactionAge < FAIL_AGE ? 'WARN' : 'FAIL',
      says: `${says}: at about 2 100 million the server refuses to write`,
      hint: `${end === undefined ? '' : `${end}; `}end old transactions and replication slots, then VACUUM (FREEZE) in ${database}`,
    }
  }
  if (end === undefined) return ok(says)
  return {
    grade: 'WARN',
    says: `${preparedTransactions.length} transactions are prepared and never ended: they keep their locks, and dead rows`,
    hint: end,
  }
}
