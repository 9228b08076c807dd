/** The server, or the way to it, is such that calls would fail or answer wrongly: a line for each fault. */
export class UnfitServerError extends Error {
  override name = 'UnfitServerError'
}
