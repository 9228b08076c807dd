import { readEnv } from './env.ts'
import { explainRefusal } from './explain-refusal.ts'
import { createLogger } from './logger.ts'
import { start } from './start.ts'

try {
  const env = readEnv()
  const server = await start(env, createLogger({ level: env.logLevel, terminal: process.stdout.isTTY === true }))
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.once(signal, () => server.stop().then(() => process.exit(0)))
  }
} catch (error) {
  process.stderr.write(`${explainRefusal(error)}\n`)
  process.exit(1)
}
