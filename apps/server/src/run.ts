import { readEnv } from '@taskwire/config'
import { explainRefusal } from './explain-refusal.ts'
import { createLogger } from './logger.ts'
import { start } from './start.ts'

/** Milliseconds. */
const SAME_SIGNAL = 300

// As the first process of a container, Node.js would ignore a signal that nobody handles. Until the server is ready there
// is nothing to wait for: a migration under way is rolled back.
let stop = async (_why: string) => {}
let stoppingSince: number | undefined
for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  process.on(signal, () => {
    if (stoppingSince === undefined) {
      stoppingSince = performance.now()
      stop(signal).then(() => process.exit(0), fail)
    }
    // Whoever says it again does not want to wait. At a terminal, pnpm says again at once what the terminal has said.
    else if (performance.now() - stoppingSince > SAME_SIGNAL) process.exit(1)
  })
}

try {
  const env = readEnv()
  const server = await start(env, createLogger({ level: env.logLevel, terminal: process.stdout.isTTY === true }))
  stop = server.stop
  // Not a shutdown: the database is gone, and requests under way must not be answered as if it were there.
  server.lost.then(() => process.exit(1), fail)
} catch (error) {
  fail(error)
}

function fail(error: unknown): never {
  process.stderr.write(`${explainRefusal(error)}\n`)
  process.exit(1)
}
