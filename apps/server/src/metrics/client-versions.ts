/** Versions that are told apart. A release more every week makes it five months. */
const MOST_VERSIONS = 20
/** Of these no more are learnt of one user. */
const MOST_OF_USER = 3

/** As https://semver.org has it, and no longer than a version is. */
const VERSION = /^\d{1,4}\.\d{1,4}\.\d{1,4}(?:-[\da-z.-]{1,20})?$/i

/** Makes a label of what clients say of themselves. */
export interface ClientVersions {
  /**
   * @param header as `taskwire-client` came
   * @param userId whose call went well, else null: of nobody a new version is learnt, and of one user no more than three, or
   *   whoever likes could fill all places with made-up ones
   * @returns the version, "none" without one, "other" where it is none or one too many
   */
  labelOf(header: string | undefined, userId: string | null): string
}

export function createClientVersions(): ClientVersions {
  /** By version the user of whom it was learnt. */
  const known = new Map<string, string>()
  const countOf = (userId: string) => [...known.values()].filter((teacher) => teacher === userId).length
  return {
    labelOf(header, userId) {
      if (header === undefined) return 'none'
      if (known.has(header)) return header
      if (userId === null || known.size >= MOST_VERSIONS || !VERSION.test(header)) return 'other'
      if (countOf(userId) >= MOST_OF_USER) return 'other'
      known.set(header, userId)
      return header
    },
  }
}
