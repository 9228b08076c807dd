import type { ErrorReason } from '@taskwire/contract'
import { externalIssuer } from '@taskwire/router/testing'
import { describe, expect } from 'vitest'
import { expectDocumented } from '../testing/document-checker.ts'
import { documentedOperations } from '../testing/documented-operations.ts'
import {
  type Exercise,
  exerciseRefusal,
  exerciseSuccess,
  exerciseUnchanged,
  type Prepare,
  sendExercise,
} from '../testing/exercises.ts'
import { failingDatabase } from '../testing/failing-database.ts'
import { serving, testWith } from '../testing/fixture.ts'
import { occupy } from '../testing/occupy.ts'
import { type RestOperation, restOperations } from '../testing/rest-operations.ts'
import { send } from '../testing/send.ts'
import { testServer } from '../testing/test-server.ts'

const services = { externalIssuer }
const nothingLeft = { redis: null, multiplier: 0 }

const test = testWith({ services })
  .extend('full', { scope: 'file' }, serving({ services: { ...services, quotas: { maxTasks: 1, maxTags: 1 } } }))
  .extend('spent', { scope: 'file' }, serving({ services: { ...services, limitStore: nothingLeft } }))
  .extend('failingDb', { scope: 'file' }, () => failingDatabase())
  .extend('failing', { scope: 'file' }, async ({ failingDb }, { onCleanup }) => {
    const server = await testServer(failingDb, { services })
    onCleanup(async () => {
      await server.close()
      await failingDb.close()
    })
    return server
  })

test('the document has what the server serves, and nothing else', async () => {
  const names = documentedOperations.map(({ name }) => name)
  expect(names.sort()).toEqual(restOperations.map(({ name }) => name).sort())
})

test.for([...new Set(documentedOperations.map(({ path }) => path))])(
  'the document has the methods that the server takes at %s',
  async (path, { server }) => {
    const answer = await send(server, { method: 'TRACE', path: `/api${path}` })
    expect(answer.status).toBe(405)
    expectDocumented({ method: 'TRACE', path }, answer)
  },
)

/** One way in which the document says that an operation can be answered. */
interface Outcome {
  operation: RestOperation
  status: number
  /** Of a failure. */
  reason: ErrorReason | undefined
}

/** All of them: none is left out, so what nothing below brings about fails. */
const outcomes = documentedOperations.flatMap(({ name, responses }): Outcome[] => {
  const operation = restOperations.find((each) => each.name === name)
  if (operation === undefined) return []
  return [...responses].flatMap(([status, { content = {} }]) => {
    const { examples } = content['application/problem+json'] ?? {}
    const reasons = examples === undefined ? [undefined] : (Object.keys(examples) as ErrorReason[])
    return reasons.map((reason) => ({ operation, status, reason }))
  })
})

const isOfBusyServer = ({ reason }: Outcome) => reason === 'OVERLOADED'

function prepareFor({ status, reason }: Outcome): Prepare {
  if (reason === undefined) return status === 304 ? exerciseUnchanged : exerciseSuccess
  const prepare = exerciseRefusal[`${status} ${reason}`]
  if (prepare === undefined) throw new Error(`Nothing here brings about ${status} ${reason}`)
  return prepare
}

async function expectOutcome({ status, reason }: Outcome, exercise: Exercise): Promise<void> {
  const answer = await sendExercise(exercise)
  expectDocumented(exercise.request, answer)
  const problem = answer.status >= 400 ? JSON.parse(answer.text) : {}
  expect({ status: answer.status, reason: problem.reason }).toEqual({ status, reason })
}

/** What leaves a caller who is not refused by it as before, or is one that nobody else is asked by. */
const harmless = [
  ...([
    '400 MALFORMED_REQUEST',
    '400 VALIDATION_FAILED',
    '413 PAYLOAD_TOO_LARGE',
    '415 UNSUPPORTED_MEDIA_TYPE',
  ] as const),
  ...(['401 TOKEN_MISSING', '401 TOKEN_EXPIRED', '401 TOKEN_INVALID', '401 SESSION_REVOKED'] as const),
  ...(['401 ACCOUNT_INACTIVE', '403 FORBIDDEN', '404 NOT_FOUND', '409 EMAIL_TAKEN', '409 TAG_NAME_TAKEN'] as const),
  ...(['409 QUOTA_REACHED', '429 RATE_LIMITED', '500 INTERNAL', '503 UNAVAILABLE', '504 TIMEOUT'] as const),
]

/** Operations with what brings about a failure of others: whatever it is answered, the document has to have it. */
const attempts = restOperations.flatMap((operation) =>
  harmless
    .filter((what) => !outcomes.some((each) => each.operation === operation && whatOf(each) === what))
    .map((what) => [operation.name, what, operation] as const),
)

function whatOf({ status, reason }: Outcome): string {
  return `${status} ${reason}`
}

function titled(outcome: Outcome): [title: string, outcome: Outcome] {
  const { operation, status, reason = '' } = outcome
  return [`${operation.name}: ${status} ${reason}`, outcome]
}

describe('what is answered is what the document says', () => {
  test.for(outcomes.filter((outcome) => !isOfBusyServer(outcome)).map(titled))(
    '%s',
    async ([, outcome], { server, full, spent, failing, failingDb }) => {
      const setting = { server, full, spent, failing, failingDb }
      await expectOutcome(outcome, await prepareFor(outcome)(outcome.operation, setting))
    },
  )

  test.for(attempts)(
    '%s, by what others answer with %s',
    async ([, what, operation], { server, full, spent, failing, failingDb }) => {
      const exercise = await exerciseRefusal[what]?.(operation, { server, full, spent, failing, failingDb })
      if (exercise !== undefined) expectDocumented(exercise.request, await sendExercise(exercise))
    },
  )

  // All of them at once, since each waits two seconds for its turn.
  test('503 OVERLOADED, of each operation that has it', async ({ db, full, spent, failing, failingDb }) => {
    await using busy = await testServer(db, { services })
    const setting = { server: busy, full, spent, failing, failingDb }
    const prepared = await Promise.all(
      outcomes.filter(isOfBusyServer).map(async (outcome) => {
        return { outcome, exercise: await exerciseSuccess(outcome.operation, setting) }
      }),
    )
    expect(prepared.length).toBeGreaterThan(10)
    await using _ = await occupy(busy)
    await Promise.all(prepared.map(({ outcome, exercise }) => expectOutcome(outcome, exercise)))
  })
})
