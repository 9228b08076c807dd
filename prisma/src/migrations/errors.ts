/** A migration could not be run. What its transaction had done is rolled back, and nothing records it as applied. */
export class MigrationError extends Error {
  override name = 'MigrationError'
}

/** What to do about a migration that was begun and never finished. */
export const UNFINISHED_HINT =
  'look at what it left behind, then set finished_at or rolled_back_at of its row in _prisma_migrations'

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

/** Characters of a statement that a message quotes. */
const LONGEST = 300

/** In one line, as a message quotes it. */
export function abbreviate(statement: string): string {
  const line = statement.replaceAll(/\s+/g, ' ')
  return line.length > LONGEST ? `${line.slice(0, LONGEST)}…` : line
}
