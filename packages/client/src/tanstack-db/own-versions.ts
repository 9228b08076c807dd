/**
 * To which version this client's own writes have taken each row. A write that was made before the answer to the one
 * before it is based on the version before both; by itself it would be refused as a conflict with one's own.
 */
export interface OwnVersions {
  /** The version to send for a write that is based on this one. */
  after(id: string, version: number): number
  /** A write that was sent with one version has made the other. */
  note(id: string, step: { from: number; to: number }): void
}

export function createOwnVersions(): OwnVersions {
  // All versions of a row within its span were made by this client.
  const spans = new Map<string, { from: number; to: number }>()
  return {
    after(id, version) {
      const span = spans.get(id)
      return span !== undefined && span.from <= version && version <= span.to ? span.to : version
    },
    note(id, { from, to }) {
      const span = spans.get(id)
      spans.set(id, { from: span?.to === from ? span.from : from, to })
    },
  }
}
