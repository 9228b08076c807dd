/** An archive that cannot be written or loaded; the message says why, in one plain sentence. */
export class ArchiveError extends Error {
  override name = 'ArchiveError'
}

export function cutShort(): ArchiveError {
  return new ArchiveError('The archive is cut short: its end is missing')
}
