import { type Env, examineConfiguration } from '@taskwire/config'
import { examineServer, type Finding, ok } from '@taskwire/prisma'
import { Command } from 'commander'
import { explainFailure } from '../explain-failure.ts'
import type { Terminal } from '../terminal.ts'
import { checkClock } from './clock.ts'
import { checkConnection } from './connection.ts'
import { checkDeadRows } from './dead-rows.ts'
import type { Check, Examination } from './examination.ts'
import { checkMigrations } from './migrations.ts'
import { checkOldSessions } from './old-sessions.ts'
import { checkPermissions } from './permissions.ts'
import { checkRedis } from './redis.ts'
import { type Report, reportAsJson, reportAsLines } from './report.ts'
import { checkRowCounts } from './row-counts.ts'
import { checkSchema } from './schema.ts'
import { checkTimeouts } from './timeouts.ts'

/** `taskwire doctor`: what is wrong, and what to do about it. */
export function doctorCommand(terminal: Terminal, finish: (ok: boolean) => void): Command {
  return new Command('doctor')
    .description('Checks the configuration and the database, a line each. Exits with 1 when something is wrong (FAIL).')
    .option('--json', 'one JSON document: { ok, checks: [{ name, grade, says, hint }] }')
    .option('--thorough', 'also what takes minutes on a large database: counts the rows of every user')
    .addHelpText('after', '\nExamples:\n  $ pnpm taskwire doctor\n  $ pnpm -s taskwire doctor --json --thorough')
    .action(async ({ json = false, thorough = false }: { json?: boolean; thorough?: boolean }) => {
      const report = json ? reportAsJson(terminal) : reportAsLines(terminal)
      await examine({ terminal, thorough, report })
      finish(report.end())
    })
}

/** Of any database. */
const CHECKS: Record<string, Check> = {
  connection: checkConnection,
  migrations: checkMigrations,
  schema: checkSchema,
  'row counts': checkRowCounts,
  clock: checkClock,
}

/** Of a server, beside what the start asks of it. */
const SERVER_CHECKS: Record<string, Check> = {
  timeouts: checkTimeouts,
  permissions: checkPermissions,
  'dead rows': checkDeadRows,
  'old sessions': checkOldSessions,
}

async function examine({ terminal, thorough, report }: { terminal: Terminal; thorough: boolean; report: Report }) {
  const env = await attempt(async () => terminal.readEnv())
  if ('failure' in env) {
    for (const says of env.failure.split('\n')) report.add({ name: 'configuration', grade: 'FAIL', says })
    return
  }
  report.add({ name: 'configuration', ...ok(describeConfiguration(env.value)) })
  for (const finding of examineConfiguration(env.value)) report.add(finding)
  const { database: config } = env.value

  const opened = await attempt(() => terminal.openDatabase(config))
  if ('failure' in opened) return report.add({ name: 'connection', grade: 'FAIL', says: opened.failure })
  await using database = opened.value
  const examination: Examination = { env: env.value, database, thorough, progress: (text) => terminal.progress(text) }
  const run = async (name: string, check: Check) => {
    for (const finding of await findings(() => check(examination))) report.add({ name, ...finding })
  }

  // The way there comes first: through a pooler that is not known to be one, whatever is asked would leave settings behind.
  const server = await attempt(() => examineServer(database, config))
  if ('failure' in server) return report.add({ name: 'connection', grade: 'FAIL', says: server.failure })
  for (const finding of server.value) report.add(finding)
  // What is asked of such a server next would fail for the same reason, or not mean what it says.
  if (server.value.some(({ name, grade }) => grade === 'FAIL' && (name === 'pooler' || name === 'version'))) return

  const ofServer = database.kind === 'server' ? SERVER_CHECKS : {}
  for (const [name, check] of Object.entries({ ...ofServer, ...CHECKS })) await run(name, check)
  await run('redis', checkRedis)
}

function describeConfiguration({ production, database: { url, dataDir } }: Env): string {
  const where = url === undefined ? `the embedded database in ${dataDir}` : `the database at ${new URL(url).host}`
  return `${production ? 'production' : 'development'}, with ${where}`
}

async function findings(check: () => Promise<Finding | Finding[]>): Promise<[Finding, ...Finding[]]> {
  const found = await attempt(check)
  if ('failure' in found) return [{ grade: 'FAIL', says: found.failure }]
  return [found.value].flat() as [Finding, ...Finding[]]
}

async function attempt<T>(work: () => Promise<T>): Promise<{ value: T } | { failure: string }> {
  try {
    return { value: await work() }
  } catch (error) {
    return { failure: explainFailure(error) }
  }
}
