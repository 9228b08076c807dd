import { existsSync } from 'node:fs'
import { dirname } from 'node:path'
import type { Driver, OpenDatabase } from './driver.ts'
import { openFolder } from './embedded.ts'
import { currentFolder, draftFolder, putDraftInPlace, settleFolders } from './embedded-folders.ts'
import { FolderError, notMade } from './folder-error.ts'
import { lockFolder } from './folder-lock.ts'
import { LostDatabaseError } from './lost-database.ts'
import { fromDriver } from './open-database.ts'
import { syncPath, syncTree } from './own-folder.ts'

export interface ReplaceWork<Seen> {
  /** Looks at the database that is there. Not called where there is none, or where it cannot be opened. */
  look(replaced: OpenDatabase): Promise<Seen>
  /** Fills a new one, which is migrated and empty. */
  fill(fresh: OpenDatabase, seen: Seen | undefined): Promise<void>
}

/**
 * Makes a new embedded database beside the one that is there, and puts it in its place once it is whole and on the disk.
 * Until then, and whenever it fails or the process is killed, the old one stays.
 *
 * @returns where the old one is kept; null: there was none
 * @throws FolderInUseError when another process has it open; FolderError; and what the work throws
 */
export async function replaceEmbedded<Seen>(dataDir: string, work: ReplaceWork<Seen>): Promise<string | null> {
  const unlock = await lockFolder(dataDir)
  try {
    settleFolders(dataDir)
    const seen = existsSync(currentFolder(dataDir)) ? await lookAt(dataDir, work) : undefined
    await makeDraft(draftFolder(dataDir), (fresh) => work.fill(fresh, seen))
    return putDraftInPlace(dataDir)
  } catch (error) {
    try {
      settleFolders(dataDir)
    } catch {
      // Whoever opens the folder next does it; what has failed before is what counts.
    }
    throw error
  } finally {
    await unlock()
  }
}

/** Makes a new database, which is on the disk in the end. */
async function makeDraft(draft: string, fill: (fresh: OpenDatabase) => Promise<void>): Promise<void> {
  try {
    await within(await openFolder(draft, draft), async (fresh) => {
      await fresh.migrations.up()
      await fill(fresh)
    })
    syncTree(draft)
    syncPath(dirname(draft))
  } catch (error) {
    // What these say is for a database that somebody has.
    throw error instanceof FolderError || error instanceof LostDatabaseError ? notMade(draft, error) : error
  }
}

/** A database that cannot be opened is one of the reasons for replacing it. */
async function lookAt<Seen>(dataDir: string, { look }: ReplaceWork<Seen>): Promise<Seen | undefined> {
  try {
    return await within(await openFolder(currentFolder(dataDir), dataDir), look)
  } catch {
    return undefined
  }
}

async function within<T>(driver: Driver, work: (database: OpenDatabase) => Promise<T>): Promise<T> {
  const database = fromDriver(driver)
  const result = await work(database).catch(async (error: unknown) => {
    // One that has given up cannot be closed either; why it has is what counts.
    await database.close().catch(() => {})
    throw error
  })
  await database.close()
  return result
}
