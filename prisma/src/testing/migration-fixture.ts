import { test as base } from 'vitest'
import { createMigrations } from '../migrations/index.ts'
import { freshDriver } from './fresh-driver.ts'
import { temporaryFolder } from './temporary-folder.ts'
import { writeMigration } from './write-migration.ts'

/**
 * `test` for a suite that writes migrations of its own. The fixtures:
 *
 * - `driver`: of a database, one for the file, that is empty at the beginning of each test
 * - `folder`: of the migrations
 * - `migrations`: those of the folder, on that database
 * - `write`: writes one of them, or writes it anew
 */
export const test = base
  .extend('opened', { scope: 'file' }, () => freshDriver({ migrated: false }))
  .extend('driver', { scope: 'file' }, ({ opened }, { onCleanup }) => {
    onCleanup(() => opened.close())
    return opened
  })
  .extend('folder', async ({ driver }, { onCleanup }) => {
    await driver.client.$executeRaw`DROP SCHEMA public CASCADE`
    await driver.client.$executeRaw`CREATE SCHEMA public`
    const folder = temporaryFolder()
    onCleanup(() => folder[Symbol.dispose]())
    return folder.path
  })
  .extend('migrations', ({ driver, folder }) =>
    createMigrations({ connect: () => driver.migrationConnection(), folder }),
  )
  .extend('write', ({ folder }) => (name: string, files: { up: string; down?: string; backfill?: string }) => {
    writeMigration(folder, { name, ...files })
  })
