import { explainOldNode } from '@taskwire/config/node-version'
import { obeySignals } from './stop-signals.ts'

const refusal = explainOldNode()
if (refusal === undefined) {
  const signals = obeySignals()
  const { run } = await import('./run.ts')
  await run(signals)
} else {
  process.stderr.write(`${refusal}\n`)
  process.exitCode = 1
}
