import { execFile } from 'node:child_process'
import { copyFile, mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import pg from 'pg'
import { inject } from 'vitest'

const exec = promisify(execFile)

const PACKAGE = join(import.meta.dirname, '../..')
const PACKED = join(PACKAGE, 'node_modules/.cache/packed')

/** Any number: whoever packs holds the advisory lock of this name. */
const PACKING = 7_315_001

/**
 * Packs the client as it is published. Suites that run side by side would build in one folder: they take turns, and the
 * first one packs for all of this run.
 */
export async function packClient(file: string): Promise<void> {
  const turn = new pg.Client({ connectionString: inject('testDatabaseUrl') })
  await turn.connect()
  try {
    await turn.query('select pg_advisory_lock($1)', [PACKING])
    const packed = join(PACKED, 'client.tgz')
    // The process that runs all suites.
    const run = String(process.ppid)
    const stamp = join(PACKED, 'run')
    if ((await readFile(stamp, 'utf8').catch(() => '')) !== run) {
      await mkdir(PACKED, { recursive: true })
      await exec('npx', ['-y', 'pnpm', 'pack', '--out', packed], { cwd: PACKAGE })
      await writeFile(stamp, run)
    }
    await copyFile(packed, file)
  } finally {
    await turn.end()
  }
}
