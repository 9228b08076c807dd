import type { ErrorReason } from '@taskwire/contract'
import { externalIssuer } from '@taskwire/router/testing'
import { describe, expect } from 'vitest'
import { expectDocumented } from '../testing/document-checker.ts'
import { documentedOperations } from '../testing/documented-operations.ts'
import { exerciseRefusal, exerciseSuccess, exerciseUnchanged, sendExercise } from '../testing/exercises.ts'
import { failingDatabase } from '../testing/failing-database.ts'
import { serving, testWith } from '../testing/fixture.ts'
import { restOperations } from '../testing/rest-operations.ts'
import { send } from '../testing/send.ts'
import { testServer } from '../testing/test-server.ts'

/** What the document says and no request here brings about, and why. Anything else that is not asked for fails. */
const notExercised: { status: number; reason: ErrorReason; why: string }[] = [
  {
    status: 503,
    reason: 'OVERLOADED',
    why: 'It takes a full process and two seconds for each. It looks as UNAVAILABLE does, and long-answers.test.ts has it.',
  },
]

const services = { externalIssuer }

const test = testWith({ services })
  .extend('full', { scope: 'file' }, serving({ services: { ...services, quotas: { maxTasks: 1, maxTags: 1 } } }))
  .extend(
    'spent',
    { scope: 'file' },
    serving({ services: { ...services, limitStore: { redis: null, multiplier: 0 } } }),
  )
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
  const documented = documentedOperations.map(({ name }) => name)
  expect(documented.sort()).toEqual(restOperations.map(({ name }) => name).sort())
})

test.for([...new Set(documentedOperations.map(({ path }) => path))])(
  'the document has the methods that the server takes at %s',
  async (path, { server }) => {
    const answer = await send(server, { method: 'TRACE', path: `/api${path}` })
    expect(answer.status).toBe(405)
    expectDocumented({ method: 'TRACE', path }, answer)
  },
)

const documented = documentedOperations.flatMap(({ name, responses }) =>
  [...responses].flatMap(([status, { content = {} }]) => {
    const { examples } = content['application/problem+json'] ?? {}
    const reasons = examples === undefined ? [undefined] : (Object.keys(examples) as ErrorReason[])
    return reasons.map((reason) => ({ name, status, reason, what: [status, reason ?? []].flat().join(' ') }))
  }),
)

test('nothing is left out that the document does not have', () => {
  for (const { status, reason } of notExercised) {
    expect(documented).toContainEqual(expect.objectContaining({ status, reason }))
  }
})

const exercised = documented.filter(
  ({ status, reason }) => !notExercised.some((each) => each.status === status && each.reason === reason),
)

describe('what is answered is what the document says', () => {
  test.for(exercised.map((each) => [`${each.name}: ${each.what}`, each] as const))(
    '%s',
    async ([, { name, status, reason }], { server, full, spent, failing, failingDb }) => {
      const operation = restOperations.find((each) => each.name === name)
      const prepare =
        reason !== undefined
          ? exerciseRefusal[`${status} ${reason}`]
          : status === 304
            ? exerciseUnchanged
            : exerciseSuccess
      if (operation === undefined || prepare === undefined) throw new Error('No request brings this about')
      const exercise = await prepare(operation, { server, full, spent, failing, failingDb })
      const answer = await sendExercise(exercise)
      expectDocumented(exercise.request, answer)
      const problem = answer.status >= 400 ? JSON.parse(answer.text) : {}
      expect({ status: answer.status, reason: problem.reason }).toEqual({ status, reason })
    },
  )
})
