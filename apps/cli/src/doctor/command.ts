import type { Env } from '@taskwire/config'
import type { OpenDatabase } from '@taskwire/prisma'
import { Command } from 'commander'
import { explainFailure } from '../explain-failure.ts'
import type { Terminal } from '../terminal.ts'
import { checkClock } from './clock.ts'
import { checkConnection } from './connection.ts'
import type { Check, Finding } from './finding.ts'
import { checkMigrations } from './migrations.ts'
import { checkRowCounts } from './row-counts.ts'
import { checkSchema } from './schema.ts'
import { checkTimeZone } from './time-zone.ts'
import { checkVersion } from './version.ts'

/** `taskwire doctor`: what is wrong, and what to do about it. */
export function doctorCommand(terminal: Terminal, finish: (ok: boolean) => void): Command {
  return new Command('doctor')
    .description('Checks the configuration and the database, a line each. Exits with 1 when something is wrong.')
    .addHelpText('after', '\nExample:\n  $ pnpm taskwire doctor')
    .action(async () => finish(await examine(terminal)))
}

const CHECKS: Record<string, Check> = {
  version: checkVersion,
  'time zone': checkTimeZone,
  migrations: checkMigrations,
  schema: checkSchema,
  'row counts': checkRowCounts,
  clock: checkClock,
}

/** @returns whether everything is well */
async function examine(terminal: Terminal): Promise<boolean> {
  const report = (name: string, { ok, says, hint }: Finding): boolean => {
    terminal.result(`${ok ? 'ok  ' : 'FAIL'}  ${name.padEnd(13)}  ${says}${hint === undefined ? '' : `: ${hint}`}`)
    return ok
  }

  const env = await attempt(async () => terminal.readEnv())
  if ('failure' in env) {
    for (const says of env.failure.split('\n')) report('configuration', { ok: false, says })
    return false
  }
  report('configuration', { ok: true, says: describeConfiguration(env.value) })

  const opened = await attempt(() => terminal.openDatabase(env.value.database))
  if ('failure' in opened) return report('connection', { ok: false, says: opened.failure })
  await using database = opened.value
  if (!report('connection', await find(checkConnection, database))) return false

  let ok = true
  for (const [name, check] of Object.entries(CHECKS)) ok = report(name, await find(check, database)) && ok
  return ok
}

function describeConfiguration({ production, database: { url, dataDir } }: Env): string {
  const where = url === undefined ? `the embedded database in ${dataDir}` : `the database at ${new URL(url).host}`
  return `${production ? 'production' : 'development'}, with ${where}`
}

async function find(check: Check, database: OpenDatabase): Promise<Finding> {
  const found = await attempt(() => check(database))
  return 'failure' in found ? { ok: false, says: found.failure } : found.value
}

async function attempt<T>(work: () => Promise<T>): Promise<{ value: T } | { failure: string }> {
  try {
    return { value: await work() }
  } catch (error) {
    return { failure: explainFailure(error) }
  }
}
