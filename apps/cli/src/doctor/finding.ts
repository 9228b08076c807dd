import type { OpenDatabase } from '@taskwire/prisma'

/** What a check has found. */
export interface Finding {
  ok: boolean
  /** A plain sentence, without its full stop. */
  says: string
  /** What to do about it. */
  hint?: string
}

export type Check = (database: OpenDatabase) => Promise<Finding>
