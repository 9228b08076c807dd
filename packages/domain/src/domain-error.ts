import type { ErrorDetails, ErrorReason } from '@taskwire/contract'

/** What must come with a reason: its details, or nothing at all. */
type DetailsArguments<Reason extends ErrorReason> =
  ErrorDetails<Reason> extends undefined ? [] : [details: ErrorDetails<Reason>]

/** A refusal that the caller can act on. The router answers it by its reason; of any other error a client learns nothing. */
export class DomainError<Reason extends ErrorReason = ErrorReason> extends Error {
  override readonly name = 'DomainError'
  readonly reason: ErrorReason
  readonly details: ErrorDetails<ErrorReason>

  constructor(reason: Reason, ...[details]: DetailsArguments<Reason>) {
    super(reason)
    this.reason = reason
    this.details = details
  }
}

/**
 * OVERLOADED, with what is too much, which is for the log alone.
 *
 * @param retryAfter seconds
 */
export function overloaded(what: string, retryAfter: number): DomainError<'OVERLOADED'> {
  return Object.assign(new DomainError('OVERLOADED', { retryAfter }), { cause: new Error(what) })
}
