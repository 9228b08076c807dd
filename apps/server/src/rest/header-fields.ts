import { MAX_VERSION, readId, validationIssue } from '@taskwire/contract'
import type { Request } from 'express'
import type { InputSchema } from './input-schema.ts'
import { invalidInput } from './invalid-input.ts'
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

/** Weak too: what packs answers on the way weakens their tags, and the version says enough. */
const OWN_TAG = /^(?:W\/(?="))?("?)(\d{1,10})(?:\.[\w-]+)?\1$/
const OTHER_TAG = /^(?:W\/)?"[\x21\x23-\x7e\x80-\xff]*"$/
const QUOTED = /^"(.*)"$/

const otherKey = { ...validationIssue('Idempotency-Key', 'INVALID', {}), message: 'Not the id that the body says' }

/** The fields of an input that headers say. @throws DomainError VALIDATION_FAILED */
export function headerFields({ route, request, schemas, sent }: Sent): Record<string, unknown> {
  if (route.type === 'mutation') refuseConditions(request, 'version' in schemas ? [] : ['If-Match'])
  const fields: Record<string, unknown> = {}
  if ('version' in schemas) {
    const version = expectedVersion(request)
    const inBody = Object.hasOwn(sent, 'version') ? sent['version'] : version
    // Where the body says another one, they cannot both hold. What is none is for the schema to refuse.
    if (version !== undefined && isVersion(inBody)) fields['version'] = version === inBody ? version : NEVER
  }
  if ('id' in schemas && route.status === 201) {
    const key = idempotencyKey(request)
    const inBody = Object.hasOwn(sent, 'id') ? readId(sent['id']) : key
    if (key !== undefined && inBody !== null) fields['id'] = key
    if (key !== undefined && inBody !== null && inBody !== key) throw invalidInput(otherKey)
  }
  if ('lastEventId' in schemas) fields['lastEventId'] = lastEvent(request)
  return fields
}

function isVersion(value: unknown): boolean {
  return Number.isInteger(value) && Number(value) >= 0 && Number(value) <= MAX_VERSION
}

/** A change must not be made that depends on a condition which nobody looks at (RFC 9110 §13.2). */
function refuseConditions(request: Request, names: string[]): void {
  for (const name of [...names, 'If-None-Match']) {
    if (request.get(name) !== undefined) throw invalidInput(validationIssue(name, 'UNKNOWN_FIELD', {}))
  }
}

/**
 * The version that `If-Match` asks for (RFC 9110 §13.1.1); undefined without it, or where any will do. A tag that is none
 * of ours matches nothing.
 *
 * @throws DomainError VALIDATION_FAILED for what is no tag, or is several
 */
export function expectedVersion(request: Request): number | undefined {
  const text = request.get('if-match')?.trim()
  if (text === undefined || text === '*') return undefined
  const version = Number(OWN_TAG.exec(text)?.[2] ?? Number.NaN)
  if (version <= MAX_VERSION) return version
  if (OTHER_TAG.test(text) || version > MAX_VERSION) return NEVER
  throw invalidInput(validationIssue('If-Match', 'NOT_A_VERSION', { label: 'If-Match' }))
}

/** In quotes, as a structured field, or without. @throws DomainError VALIDATION_FAILED */
function idempotencyKey(request: Request): string | undefined {
  const text = request.get('idempotency-key')?.trim()
  if (text === undefined) return undefined
  const id = readId(QUOTED.exec(text)?.[1] ?? text)
  if (id === null) throw invalidInput(validationIssue('Idempotency-Key', 'NOT_A_UUID', { label: 'Idempotency-Key' }))
  return id
}

/** Empty before the first event. @throws DomainError VALIDATION_FAILED */
function lastEvent(request: Request): string | undefined {
  const text = request.get('last-event-id') || undefined
  if (text === undefined || (/^\d+$/.test(text) && Number(text) <= MAX_VERSION)) return text
  throw invalidInput(validationIssue('Last-Event-ID', 'NOT_A_VERSION', { label: 'Last-Event-ID' }))
}
