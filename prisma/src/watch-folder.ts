import { closeSync, fstatSync, openSync, statSync } from 'node:fs'
import { join } from 'node:path'

/** Milliseconds. */
const INTERVAL = 1_000

/** Files that PostgreSQL never replaces. */
const FIXED = ['PG_VERSION', join('global', 'pg_control')]

export interface FolderWatch {
  /** Looks now. */
  look(): void
  close(): void
}

/**
 * Looks each second, and when told to, whether a database's folder has been removed, or moved away and replaced: files that are open go
 * on being written, and nobody finds them again.
 */
export function watchFolder(folder: string, onGone: () => void): FolderWatch {
  // They are held open, so that their inodes are not given to others, and stay the same on file systems that make them up.
  const held = FIXED.map((name) => ({ path: join(folder, name), file: openSync(join(folder, name), 'r') }))
  const look = () => {
    if (held.every(leadsThere)) return
    clearInterval(timer)
    onGone()
  }
  const timer = setInterval(look, INTERVAL).unref()
  return {
    look,
    close() {
      clearInterval(timer)
      for (const { file } of held) closeSync(file)
    },
  }
}

function leadsThere({ path, file }: { path: string; file: number }): boolean {
  try {
    const there = statSync(path, { bigint: true })
    const open = fstatSync(file, { bigint: true })
    return there.dev === open.dev && there.ino === open.ino
  } catch {
    return false
  }
}
