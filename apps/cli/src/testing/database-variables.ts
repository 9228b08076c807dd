import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freshServerUrl } from '@taskwire/prisma/testing'
import { inject, onTestFinished } from 'vitest'

/** The variables of a bare database for one test: embedded, or on the server that `pnpm test:services` names. */
export async function databaseVariables(): Promise<Record<string, string>> {
  if (inject('testServer') !== undefined) {
    return { DATABASE_URL: await freshServerUrl({ migrated: false }), BCRYPT_COST: '4' }
  }
  const folder = mkdtempSync(join(tmpdir(), 'taskwire-cli-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  return { DATA_DIR: folder, BCRYPT_COST: '4' }
}
