import fc from 'fast-check'
import { breaks } from './broken-requests.ts'
import { changes } from './changed-drafts.ts'
import type { DocumentedOperation } from './documented-operations.ts'
import { goodDraft } from './good-drafts.ts'
import { type DraftedRequest, fitsDocument, requestOf } from './request-drafts.ts'

/** A request of an operation of the document. */
export interface GeneratedRequest {
  /**
   * `good` is one that the document allows, and `bad` one that it does not. `odd` is a bad one that the document cannot
   * tell from a good one.
   */
  kind: 'good' | 'odd' | 'bad'
  /** What is wrong with it. */
  what: string
  /** Of which it was made: `GET /tasks/{id}`. */
  operation: string
  request: DraftedRequest
}

/** Requests that the document allows. */
export function goodRequest(operation: DocumentedOperation): fc.Arbitrary<GeneratedRequest> {
  return goodDraft(operation).map((draft) => {
    return { kind: 'good', what: 'nothing', operation: operation.name, request: requestOf(draft) }
  })
}

/** Requests that nobody should send: each is a good one but for one thing. */
export function badRequest(operation: DocumentedOperation): fc.Arbitrary<GeneratedRequest> {
  return fc.oneof(changedRequest(operation), brokenRequest(operation))
}

function changedRequest(operation: DocumentedOperation): fc.Arbitrary<GeneratedRequest> {
  return goodDraft(operation).chain((good) => {
    const applying = Object.entries(changes).filter(([, { applies = always }]) => applies(good))
    return fc.constantFrom(...applying).chain(([what, { change }]) =>
      change(good).map((draft) => {
        const kind = fitsDocument(draft) ? 'odd' : 'bad'
        return { kind, what, operation: operation.name, request: requestOf(draft) }
      }),
    )
  })
}

function brokenRequest(operation: DocumentedOperation): fc.Arbitrary<GeneratedRequest> {
  return goodDraft(operation).chain((draft) => {
    const good = requestOf(draft)
    const applying = Object.entries(breaks).filter(([, { applies = always }]) => applies(good, operation))
    return fc.constantFrom(...applying).chain(([what, { change }]) =>
      change(good, operation).map((request) => {
        return { kind: 'bad', what, operation: operation.name, request }
      }),
    )
  })
}

const always = () => true
