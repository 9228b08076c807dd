import type { LostReason } from './error.ts'

/** What became of a request that brought no answer of a Taskwire server. */
export class LostAnswer extends Error {
  readonly reason: LostReason

  constructor(reason: LostReason, message: string, options?: ErrorOptions) {
    super(message, options)
    this.reason = reason
  }
}
