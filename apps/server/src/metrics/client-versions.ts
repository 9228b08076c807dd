/** Versions that are told apart. A release more every week makes it five months. */
const MOST_VERSIONS = 20

/** As https://semver.org has it, and no longer than a version is. */
const VERSION = /^\d{1,4}\.\d{1,4}\.\d{1,4}(?:-[\da-z.-]{1,20})?$/i

/** Makes a label of what clients say of themselves. */
export interface ClientVersions {
  /**
   * @param header as `taskwire-client` came
   * @param isGood whether the call went well, for a user who is known: of others no new version is learnt, or whoever likes
   *   could fill all places with made-up ones
   * @returns the version, "none" without one, "other" where it is none or one too many
   */
  labelOf(header: string | undefined, isGood: boolean): string
}

export function createClientVersions(): ClientVersions {
  const known = new Set<string>()
  return {
    labelOf(header, isGood) {
      if (header === undefined) return 'none'
      if (known.has(header)) return header
      if (!isGood || known.size >= MOST_VERSIONS || !VERSION.test(header)) return 'other'
      known.add(header)
      return header
    },
  }
}
