/** An archive that cannot be written or loaded; the message says why, in one plain sentence. */
export class ArchiveError extends Error {
  override name = 'ArchiveError'
}
