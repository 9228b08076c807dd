import type { ErrorReason } from '@taskwire/contract'

/** A call that has come to its end. */
export interface EndedCall {
  /** Such as `task.list`. */
  procedure: string
  type: 'query' | 'mutation' | 'subscription'
  milliseconds: number
  /** Why it has failed; null where it has not. */
  reason: ErrorReason | null
  /** Who called, as far as that was found out. */
  userId: string | null
  /** What it failed with, as it was thrown. */
  cause: unknown
}
