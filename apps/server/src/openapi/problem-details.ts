import { type ErrorDetailsByReason, type ErrorReason, validationIssue, validationIssueCodes } from '@taskwire/contract'
import type { SchemaObject } from 'openapi3-ts/oas31'
import { tagExample, taskExample } from './examples.ts'
import { referenceTo } from './schemas.ts'

/** What a problem says beyond what all problems say. */
interface ProblemDetails {
  properties: Record<string, SchemaObject>
  /** What only some operations say. */
  optional?: Record<string, SchemaObject>
  example: object
}

/** What `POST /auth/token` says besides, for programs that know OAuth 2 alone. */
const inOauth: Record<string, SchemaObject> = {
  error: { type: 'string', description: 'Of `POST /auth/token` alone: the reason as OAuth 2 has it (RFC 6749 §5.2).' },
  error_description: { type: 'string', description: 'Of `POST /auth/token` alone: the same as `detail`.' },
}

const issue = validationIssue('title', 'WRONG_LENGTH', { label: 'Title', min: 1, max: 200 })

function retryAfter(seconds: number): ProblemDetails {
  return {
    properties: { retryAfter: { type: 'integer', minimum: 1, description: 'Seconds to wait, as in `Retry-After`.' } },
    example: { retryAfter: seconds },
  }
}

const versionedExamples = { Task: taskExample, Tag: tagExample }

/** What has a version, by the name of its schema. */
export type Versioned = keyof typeof versionedExamples

/** All that have one. */
export const versionedNames = Object.keys(versionedExamples) as Versioned[]

function current(versioned: Versioned | undefined): ProblemDetails {
  if (versioned === undefined) throw new Error('Say what the version is of: see OperationGroup')
  return {
    properties: {
      current: {
        $ref: referenceTo(versioned),
        description: 'What is there now, to merge with or to start over from.',
      },
    },
    example: { current: versionedExamples[versioned] },
  }
}

type DetailsOf = (versioned: Versioned | undefined) => ProblemDetails

const details: { [Reason in keyof ErrorDetailsByReason | 'INVALID_CREDENTIALS']: ProblemDetails | DetailsOf } = {
  INVALID_CREDENTIALS: { properties: {}, optional: inOauth, example: {} },
  VALIDATION_FAILED: {
    properties: {
      issues: {
        type: 'array',
        items: { $ref: referenceTo('ValidationIssue') },
        description: 'One issue for each field at fault.',
      },
    },
    optional: inOauth,
    example: { detail: `title: ${issue.message}`, issues: [issue] },
  },
  VERSION_CONFLICT: current,
  QUOTA_REACHED: {
    properties: {
      limit: { type: 'integer', minimum: 0, description: 'How many tasks, tags or API tokens a user may have.' },
    },
    example: { limit: 1_000 },
  },
  RATE_LIMITED: retryAfter(30),
  OVERLOADED: retryAfter(2),
  UNAVAILABLE: retryAfter(1),
}

const none: ProblemDetails = { properties: {}, example: {} }

/**
 * @param versioned what a stale version is of; other reasons need none
 * @throws Error for a stale version of nothing
 */
export function problemDetails(reason: ErrorReason, versioned: Versioned | undefined): ProblemDetails {
  const known = reason in details ? details[reason as keyof typeof details] : none
  return typeof known === 'function' ? known(versioned) : known
}

/** One fault of an input. */
export const validationIssueSchema: SchemaObject = {
  type: 'object',
  description: 'What is wrong with one field.',
  properties: {
    path: {
      type: 'string',
      description:
        'Where the fault is: the field, and below it keys and indexes joined by dots (`title`, `tagIds.0`). Empty when the fault is of the input as a whole.',
    },
    message: { type: 'string', description: 'What is wrong, in a sentence to show beside the field.' },
    code: { type: 'string', enum: [...validationIssueCodes], description: 'What is wrong, for programs.' },
    params: {
      type: 'object',
      additionalProperties: true,
      description: 'The numbers and names that the message speaks of, to say the same in another language.',
    },
  },
  required: ['path', 'message', 'code', 'params'],
  additionalProperties: false,
}
