import { chmodSync, closeSync, fsyncSync, lstatSync, mkdirSync, openSync, readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'

/** What everybody but the owner may do with a file or a folder: nothing is left of it. */
export const OTHERS = 0o077

const FOLDER_MODE = 0o700
/** Of a folder that many share and where each has his own things, such as /tmp. */
const SHARED = 0o1000

/**
 * Makes a folder that only its owner may enter, or takes from the others what they may do in one that is there.
 * What is in it stays as it is.
 */
export function makeOwnFolder(folder: string): void {
  mkdirSync(folder, { recursive: true, mode: FOLDER_MODE })
  if ((statSync(folder).mode & SHARED) === 0) keepToOwner(folder)
}

/** The same for a folder with all that is in it. */
export function makeOwnTree(folder: string): void {
  makeOwnFolder(folder)
  for (const path of everythingIn(folder)) keepToOwner(path)
}

/** Brings a folder with all that is in it to the disk. */
export function syncTree(folder: string): void {
  for (const path of [...everythingIn(folder), folder]) syncPath(path)
}

/** Files and folders at any depth; a link leads elsewhere. */
function everythingIn(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() || entry.isDirectory())
    .map((entry) => join(entry.parentPath, entry.name))
}

/** On Windows modes say nothing about others. */
export function keepToOwner(path: string): void {
  if (process.platform === 'win32') return
  const { mode } = lstatSync(path)
  if ((mode & OTHERS) === 0) return
  try {
    chmodSync(path, mode & ~OTHERS & 0o7777)
  } catch (error) {
    // Another user's, or a file system without modes, which containers and USB sticks have: not for us to change.
    if (!['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'EROFS'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error
  }
}

/** Brings a file to the disk, or which files are in a folder. */
export function syncPath(path: string): void {
  // Windows does that for folders by itself, and for files only to those who may write.
  const windows = process.platform === 'win32'
  if (windows && lstatSync(path).isDirectory()) return
  const file = openSync(path, windows ? 'r+' : 'r')
  try {
    fsyncSync(file)
  } finally {
    closeSync(file)
  }
}
