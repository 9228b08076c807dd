import { readEnv } from '@taskwire/config'
import { explainRefusal } from './explain-refusal.ts'
import { createLogger } from './log/logger.ts'
import { start } from './start.ts'
import type { StopSignals } from './stop-signals.ts'

/** Serves until a signal comes. */
export async function run(signals: StopSignals): Promise<void> {
  try {
    const env = readEnv()
    const server = await start(env, createLogger({ level: env.logLevel, terminal: process.stdout.isTTY === true }))
    signals.stopBy((why) => server.stop(why).catch(fail))
    // Not a shutdown: the database is gone, and requests under way must not be answered as if it were there.
    server.lost.then(() => process.exit(1), fail)
  } catch (error) {
    fail(error)
  }
}

function fail(error: unknown): never {
  process.stderr.write(`${explainRefusal(error)}\n`)
  process.exit(1)
}
