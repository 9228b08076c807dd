import { explainOldNode } from '@taskwire/config/node-version'

const refusal = explainOldNode()
if (refusal === undefined) {
  const { writeDocument } = await import('./write-document.ts')
  process.exitCode = await writeDocument(process.argv.slice(2))
} else {
  process.stderr.write(`${refusal}\n`)
  process.exitCode = 1
}
