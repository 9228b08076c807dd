// Runs `prisma generate` without the network, and only when the schema has changed.
//
// Prisma's CLI looks for a schema-engine binary before it does anything, and would download one. Generating needs no
// engine, so any existing executable satisfies the look-up. `verifyDepsBeforeRun` does not notice an edited schema:
// the root scripts call this file first, and the hash beside the generated client makes that free when nothing changed.
import './require-node.mjs'
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const here = dirname(fileURLToPath(import.meta.url))
const schema = join(here, 'schema.prisma')
const stamp = join(here, 'src/generated/.schema-hash')

const require = createRequire(import.meta.url)
let cli
try {
  cli = join(dirname(require.resolve('prisma/package.json')), 'build/index.js')
} catch {
  // A production install has no Prisma CLI: the client was generated when the project was built.
  process.exit(0)
}
const { version } = require('prisma/package.json')
const hash = createHash('sha256').update(version).update(readFileSync(schema)).digest('hex')

if (!existsSync(stamp) || readFileSync(stamp, 'utf8') !== hash) {
  process.stdout.write('Generating the Prisma client\n')
  const { status, stdout, stderr } = spawnSync(process.execPath, [cli, 'generate', '--schema', schema, '--no-hints'], {
    cwd: here,
    encoding: 'utf8',
    env: { ...process.env, PRISMA_SCHEMA_ENGINE_BINARY: process.execPath, CHECKPOINT_DISABLE: '1' },
  })
  if (status !== 0) {
    process.stderr.write(`${stdout}${stderr}prisma generate failed\n`)
    process.exit(1)
  }
  writeFileSync(stamp, hash)
}
