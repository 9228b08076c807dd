import type { IncomingMessage } from 'node:http'
import { type ErrorReason, errorTable } from '@taskwire/contract'
import type { EndedCall, RunningCall } from '@taskwire/router'

/** Why a request was refused, or failed. */
export interface Failure {
  reason: ErrorReason
  /** As it was thrown; undefined where nothing was. */
  cause: unknown
}

/** What is known of a request by the time that its line is written. */
export interface RequestNotes {
  /** Those that have come to their end. */
  calls: EndedCall[]
  /** The worst. */
  failure: Failure | null
  /** Those that have not, of a caller who went away. */
  running(): RunningCall[]
}

const notes = new WeakMap<IncomingMessage, RequestNotes>()

export function notesOf(request: IncomingMessage): RequestNotes {
  const known = notes.get(request)
  if (known !== undefined) return known
  const made = { calls: [], failure: null, running: () => [] }
  notes.set(request, made)
  return made
}

export function noteFailure(request: IncomingMessage, { reason, cause }: Failure): void {
  const kept = notesOf(request)
  if (kept.failure === null || statusOf(reason) > statusOf(kept.failure.reason)) kept.failure = { reason, cause }
}

export function statusOf(reason: ErrorReason): number {
  return errorTable[reason].httpStatus
}
