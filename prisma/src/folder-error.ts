/** The folder of the embedded database cannot be used. */
export class FolderError extends Error {
  override name = 'FolderError'
}

/** A folder that cannot be made, read or written. */
export function unusableFolder(folder: string, cause: unknown): FolderError {
  return new FolderError(
    `${folder} cannot be used (${messageOf(cause)}): set DATA_DIR to a folder that may be written, on a disk with room`,
    { cause },
  )
}

/**
 * A folder in which PGlite does not start. It hardly says why.
 * @param version the PostgreSQL that made it; null where that cannot be read
 */
export function unusableDatabase(folder: string, { version, cause }: { version: string | null; cause: unknown }) {
  const maker = version === null ? '' : `, made by PostgreSQL ${version},`
  return new FolderError(
    `The embedded database in ${folder}${maker} cannot be opened (${messageOf(cause)}): it is damaged, of another version of Taskwire, or the disk is full. Move it away to begin with an empty one, or set DATA_DIR to another folder`,
    { cause },
  )
}

/** A new database that was to take the place of another, which stays. */
export function notMade(folder: string, cause: unknown): FolderError {
  return new FolderError(
    `A new database cannot be made in ${folder}: see that the disk works and has room. What was there is as it was`,
    { cause },
  )
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
