import { type ErrorReason, errorReasons, errorTable } from '@taskwire/contract'
import type { ExampleObject, ResponseObject, SchemaObject } from 'openapi3-ts/oas31'
import { PROBLEM_TYPE, problemUri } from '../problem.ts'
import { answerHeaders, type HeaderName } from './headers.ts'
import { problemDetails, type Versioned, versionedNames } from './problem-details.ts'
import type { Failure } from './reasons.ts'
import { referenceTo } from './schemas.ts'

/** The statuses that a reason can have: one, but for a stale version, which a header or a body tells. */
function statusesOf(reason: ErrorReason): number[] {
  const { httpStatus } = errorTable[reason]
  return reason === 'VERSION_CONFLICT' ? [httpStatus, 412] : [httpStatus]
}

/** `NOT_FOUND` as `NotFoundProblem`; of a stale version also what it is of. */
function schemaName(reason: ErrorReason, versioned: Versioned | undefined): string {
  const words = reason.split('_').map((word) => word.charAt(0) + word.slice(1).toLowerCase())
  return `${reason === 'VERSION_CONFLICT' ? (versioned ?? '') : ''}${words.join('')}Problem`
}

/** What is answered to a call that fails for this reason. */
export function problemSchema(reason: ErrorReason, versioned?: Versioned): SchemaObject {
  const statuses = statusesOf(reason)
  const { properties, optional } = problemDetails(reason, versioned)
  return {
    type: 'object',
    description: `${errorTable[reason].message}.`,
    properties: {
      type: { type: 'string', const: problemUri(reason), description: 'The reason as a URI (RFC 9457).' },
      title: { type: 'string', description: 'What the reason means, in a sentence for people.' },
      status: {
        type: 'integer',
        ...(statuses.length === 1 ? { const: statuses[0] } : { enum: statuses }),
        description: 'The status of the answer.',
      },
      detail: { type: 'string', description: 'What is wrong with this very call, in a sentence for people.' },
      reason: { type: 'string', const: reason, description: 'Why the call failed, for programs.' },
      requestId: { type: 'string', description: 'Names the request in the log of the server.' },
      ...properties,
      ...optional,
    },
    required: ['type', 'title', 'status', 'detail', 'reason', 'requestId', ...Object.keys(properties)],
    additionalProperties: false,
  }
}

/** What is answered to calls that fail, a schema for each reason; of a stale version one for each thing that has versions. */
export function problemSchemas(): Record<string, SchemaObject> {
  const schemas = errorReasons.flatMap((reason) =>
    (reason === 'VERSION_CONFLICT' ? versionedNames : [undefined]).map((versioned) => [
      schemaName(reason, versioned),
      problemSchema(reason, versioned),
    ]),
  )
  return Object.fromEntries(schemas)
}

const headersOfStatus: Record<number, HeaderName[]> = {
  401: ['WwwAuthenticate'],
  429: ['RetryAfter'],
  503: ['RetryAfter'],
}

/**
 * The answer of one status to a call that fails for one of these reasons.
 *
 * @param versioned what a stale version is of
 */
export function problemResponse(status: number, failures: readonly Failure[], versioned?: Versioned): ResponseObject {
  const reasons = failures.map(({ reason }) => reason)
  const references = reasons.map((reason) => ({ $ref: referenceTo(schemaName(reason, versioned)) }))
  const [only] = references
  const mapping = Object.fromEntries(reasons.map((reason, place) => [reason, references[place]?.$ref ?? '']))
  return {
    description: failures.map(describe).join('\n\n'),
    headers: answerHeaders(...(headersOfStatus[status] ?? [])),
    content: {
      [PROBLEM_TYPE]: {
        schema:
          references.length === 1 && only !== undefined
            ? only
            : { oneOf: references, discriminator: { propertyName: 'reason', mapping } },
        examples: Object.fromEntries(reasons.map((reason) => [reason, problemExample({ reason, status, versioned })])),
      },
    },
  }
}

function describe({ reason, when }: Failure): string {
  const sentence = `\`${reason}\`: ${errorTable[reason].message}.`
  return when === undefined ? sentence : `${sentence} ${when}`
}

interface Exemplary {
  reason: ErrorReason
  status: number
  versioned: Versioned | undefined
}

function problemExample({ reason, status, versioned }: Exemplary): ExampleObject {
  const { message } = errorTable[reason]
  return {
    value: {
      type: problemUri(reason),
      title: message,
      status,
      detail: message,
      reason,
      requestId: '0f8c1c5e-52a5-4f6f-9d0b-6a4f8c0f2f11',
      ...problemDetails(reason, versioned).example,
    },
  }
}
