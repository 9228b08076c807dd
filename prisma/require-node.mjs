// Says in a sentence that this Node.js is too old, before anything is installed or loaded that would fail in its own words.
import { createRequire } from 'node:module'

const { engines } = createRequire(import.meta.url)('../package.json')
const oldest = engines.node.slice('>='.length)
const [needed, running] = [oldest, process.versions.node].map((version) => version.split('.').map(Number))
if (running[0] < needed[0] || (running[0] === needed[0] && running[1] < needed[1])) {
  process.stderr.write(`Taskwire needs Node.js ${oldest} or later, and this is ${process.versions.node}\n`)
  process.exit(1)
}
