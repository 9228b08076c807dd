import { explainOldNode } from '@taskwire/config/node-version'

const refusal = explainOldNode()
if (refusal === undefined) await import('./run-in-process.ts')
else {
  process.stderr.write(`${refusal}\n`)
  process.exitCode = 1
}
