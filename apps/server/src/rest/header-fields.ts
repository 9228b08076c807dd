import { MAX_VERSION, readId, validationIssue } from '@taskwire/contract'
import { DomainError } from '@taskwire/domain'
import type { Request } from 'express'
import type { InputSchema } from './input-schema.ts'
import type { ServedRoute } from './rest-routes.ts'

interface Sent {
  route: ServedRoute
  request: Request
  /** The fields that the procedure takes. */
  schemas: Record<string, InputSchema>
  /** What the query or the body says. */
  sent: Record<string, unknown>
}

/** A version that no row ever has. */
const NEVER = 0

const OWN_TAG = /^("?)(\d{1,10})(?:\.[\w-]+)?\1$/
const OTHER_TAG = /^(?:W\/)?"[\x21\x23-\x7e\x80-\xff]*"$/
const QUOTED = /^"(.*)"$/

/** The fields of an input that headers say. @throws DomainError VALIDATION_FAILED */
export function headerFields({ route, request, schemas, sent }: Sent): Record<string, unknown> {
  const fields: Record<string, unknown> = {}
  if ('version' in schemas) {
    const version = expectedVersion(request)
    // Where the body says another one, they cannot both hold.
    if (version !== undefined) fields['version'] = version === (sent['version'] ?? version) ? version : NEVER
  }
  if ('id' in schemas && route.status === 201) {
    const id = idempotencyKey(request)
    if (id !== undefined) fields['id'] = id
    if (id !== undefined && readId(sent['id'] ?? id) !== id) throw refused('Idempotency-Key', 'INVALID', {})
  }
  const lastEventId = request.get('last-event-id')
  // Empty before the first event.
  if ('lastEventId' in schemas && lastEventId) fields['lastEventId'] = lastEventId
  return fields
}

/**
 * The version that `If-Match` asks for (RFC 9110 §13.1.1); undefined without it, or where any will do. A tag that is weak,
 * or is none of ours, matches nothing.
 *
 * @throws DomainError VALIDATION_FAILED for what is no tag, or is several
 */
export function expectedVersion(request: Request): number | undefined {
  const text = request.get('if-match')?.trim()
  if (text === undefined || text === '*') return undefined
  const version = Number(OWN_TAG.exec(text)?.[2] ?? Number.NaN)
  if (version <= MAX_VERSION) return version
  if (OTHER_TAG.test(text) || version > MAX_VERSION) return NEVER
  throw refused('If-Match', 'NOT_A_VERSION', { label: 'If-Match' })
}

/** In quotes, as a structured field, or without. @throws DomainError VALIDATION_FAILED */
function idempotencyKey(request: Request): string | undefined {
  const text = request.get('idempotency-key')?.trim()
  if (text === undefined) return undefined
  const id = readId(QUOTED.exec(text)?.[1] ?? text)
  if (id === null) throw refused('Idempotency-Key', 'NOT_A_UUID', { label: 'Idempotency-Key' })
  return id
}

function refused(...issue: Parameters<typeof validationIssue>): DomainError<'VALIDATION_FAILED'> {
  return new DomainError('VALIDATION_FAILED', { issues: [validationIssue(...issue)] })
}
