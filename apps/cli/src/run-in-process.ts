import { readEnv } from '@taskwire/config'
import { openDatabase } from '@taskwire/prisma'
import { ask } from './ask.ts'
import { readSecret } from './read-secret.ts'
import { run } from './run.ts'

process.exitCode = await run(process.argv.slice(2), {
  readEnv,
  openDatabase,
  result: (line) => process.stdout.write(`${line}\n`),
  progress: (line) => process.stderr.write(`${line}\n`),
  readSecret,
  ask,
})
