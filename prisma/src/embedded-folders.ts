import { existsSync, readdirSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { syncPath } from './own-folder.ts'

const CURRENT = 'postgres'
/** A whole database that is to take the place of the current one. */
const NEXT = 'postgres.next'
/** One that is being made. */
const DRAFT = 'postgres.draft'

/** Where the files of the embedded database are. */
export function currentFolder(dataDir: string): string {
  return join(dataDir, CURRENT)
}

/** Where another one is made, beside it. */
export function draftFolder(dataDir: string): string {
  return join(dataDir, DRAFT)
}

/** Whether there is an embedded database. */
export function hasEmbeddedDatabase(dataDir: string): boolean {
  return existsSync(currentFolder(dataDir)) || existsSync(join(dataDir, NEXT))
}

/**
 * Puts the draft, which is whole and on the disk, in the place of the database.
 *
 * Two names cannot be exchanged in one step, so there are three, after each of which `settleFolders` leaves one database
 * that is whole: the old one until the draft is called `postgres.next` and the old one something else, then the new one.
 *
 * @returns the new name of what was there; null: there was nothing
 */
export function putDraftInPlace(dataDir: string, now = new Date()): string | null {
  rename(dataDir, DRAFT, NEXT)
  const kept = existsSync(currentFolder(dataDir))
    ? `${CURRENT}.before-${now.toISOString().replace(/\.\d+/, '').replaceAll(':', '-')}`
    : null
  if (kept !== null) rename(dataDir, CURRENT, kept)
  rename(dataDir, NEXT, CURRENT)
  return kept === null ? null : join(dataDir, kept)
}

/** Ends what was cut off: called by whoever has locked the folder, before anything is opened there. */
export function settleFolders(dataDir: string): void {
  const names = readdirSync(dataDir)
  if (names.includes(NEXT) && !names.includes(CURRENT)) rename(dataDir, NEXT, CURRENT)
  for (const name of [NEXT, DRAFT]) rmSync(join(dataDir, name), { recursive: true, force: true })
}

function rename(dataDir: string, from: string, to: string): void {
  renameSync(join(dataDir, from), join(dataDir, to))
  syncPath(dataDir)
}
