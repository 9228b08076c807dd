import { TRPCError } from '@trpc/server'
import { expect } from 'vitest'
import { appRouter } from './app-router.ts'
import { reasonOf } from './errors.ts'
import { testWith } from './testing/fixture.ts'
import {
  type AuthorizationRule,
  authorizationCases,
  authorizationRules,
  CANARY,
  callers,
  everythingOf,
  externalIssuer,
  type ProcedurePath,
  type TestCaller,
  testCaller,
} from './testing/index.ts'

const test = testWith({ externalIssuer })

test('every procedure has an entry, or the build fails', () => {
  expect(Object.keys(authorizationRules).sort()).toEqual(Object.keys(appRouter._def.procedures).sort())
  const { 'auth.me': _, ...incomplete } = authorizationRules
  // @ts-expect-error: without one of them it is not the matrix of all procedures
  incomplete satisfies Record<ProcedurePath, AuthorizationRule>
})

test.for(authorizationCases)(
  '$path for the caller $caller: $expected',
  async ({ path, caller, expected, inputOf, untouched }, { services }) => {
    const { userId, things, request } = await callers[caller](services)
    const before = await everythingOf(services, userId)
    const answer = await answerOf(await testCaller(services, request), path, inputOf(things))
    expect(answer.refusal ?? 'served').toBe(expected)
    if (!untouched) return
    expect(JSON.stringify(answer)).not.toContain(CANARY)
    expect(await everythingOf(services, userId)).toEqual(before)
  },
)

async function answerOf(caller: TestCaller, path: ProcedurePath, input: unknown) {
  const [router = '', name = ''] = path.split('.')
  const procedures = caller as unknown as Record<string, Record<string, (input: unknown) => Promise<unknown>>>
  try {
    const data = await procedures[router]?.[name]?.(input)
    if (isStream(data)) await data[Symbol.asyncIterator]().return?.()
    return { data }
  } catch (error) {
    if (error instanceof TRPCError) return { refusal: reasonOf(error) }
    throw error
  }
}

function isStream(data: unknown): data is AsyncIterable<unknown> {
  return typeof data === 'object' && data !== null && Symbol.asyncIterator in data
}
