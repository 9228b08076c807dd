import type { EndedCall } from './ended-call.ts'

/** A call that is under way. */
export interface RunningCall extends Pick<EndedCall, 'procedure' | 'type'> {
  /** The request that it is one of: the same object for all calls of a batch. */
  request: { readonly requestId: string }
  /** By `performance.now()`. */
  startedAt: number
  /** Who calls, as far as that is found out. */
  userId(): string | null
}
