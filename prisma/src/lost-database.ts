/** The embedded database cannot go on, and neither can its process: what it wrote would not be there at the next start. */
export class LostDatabaseError extends Error {
  override name = 'LostDatabaseError'
  /** crash_shutdown: what a PostgreSQL server tells the connections that it has to drop. */
  readonly code = '57P02'
}

/** @param folder as in DATA_DIR */
export function folderGone(folder: string): LostDatabaseError {
  return new LostDatabaseError(
    `The embedded database in ${folder} was removed or replaced while it was open, and is closed. Put its folder back, or start again with an empty one`,
  )
}

/**
 * PostgreSQL gives up when its log cannot be written.
 * @param folder as in DATA_DIR
 * @param says its last words
 */
export function gaveUp(folder: string, says: string): LostDatabaseError {
  return new LostDatabaseError(
    `The embedded database in ${folder} has stopped (${says}). What was acknowledged is there: see that the disk works and has room, and start again`,
  )
}
