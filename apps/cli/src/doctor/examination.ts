import type { Env } from '@taskwire/config'
import type { Finding, OpenDatabase } from '@taskwire/prisma'

/** What is looked at. */
export interface Examination {
  env: Env
  database: OpenDatabase
  /** Whether also what takes minutes on a large database. */
  thorough: boolean
  /** Tells what takes long. */
  progress(text: string): void
}

/** The findings, one where all is well. */
export type Check = (examination: Examination) => Promise<Finding | Finding[]>
