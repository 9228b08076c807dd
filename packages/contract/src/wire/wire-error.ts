/** A value that cannot be put on the wire, or that came over it and cannot be taken off. The message is for people. */
export class WireError extends Error {
  override readonly name = 'WireError'
}
