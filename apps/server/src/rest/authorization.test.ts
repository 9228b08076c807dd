import { errorTable } from '@taskwire/contract'
import {
  authorizationCases,
  authorizationRules,
  CANARY,
  type Calling,
  callers,
  everythingOf,
  externalIssuer,
} from '@taskwire/router/testing'
import { expect } from 'vitest'
import { expectDocumented } from '../testing/document-checker.ts'
import { testWith } from '../testing/fixture.ts'
import { type OperationRequest, restOperations } from '../testing/rest-operations.ts'

const test = testWith({ services: { externalIssuer } })

test('every procedure is served but the one that is for typed clients alone', () => {
  const served = new Set(restOperations.map(({ procedure }) => procedure))
  expect(Object.keys(authorizationRules).filter((path) => !served.has(path))).toEqual(['auth.restore'])
})

const cases = restOperations.flatMap((operation) =>
  authorizationCases.filter(({ path }) => path === operation.procedure).map((each) => ({ ...each, ...operation })),
)

test.for(cases)(
  '$name for the caller $caller: $expected',
  async ({ caller, expected, inputOf, untouched, requestOf, status }, { server }) => {
    const { services } = server
    const { userId, things, request } = await callers[caller](services)
    const before = await everythingOf(services, userId)
    const answer = await answerOf(server.url, requestOf({ ...inputOf(things) }), request)
    expect(answer).toMatchObject(
      expected === 'served' ? { status } : { status: errorTable[expected].httpStatus, refusal: expected },
    )
    if (!untouched) return
    expect(answer.text).not.toContain(CANARY)
    expect(await everythingOf(services, userId)).toEqual(before)
  },
)

/** By nothing but `fetch`. Of a stream nothing is read. */
async function answerOf(
  url: string,
  { path, ...sent }: OperationRequest,
  { bearerToken, refreshToken }: Calling['request'],
) {
  const headers = new Headers()
  if (bearerToken) headers.set('authorization', `Bearer ${bearerToken}`)
  if (refreshToken) headers.set('cookie', `taskwire=${refreshToken}`)
  if (typeof sent.body === 'string') headers.set('content-type', 'application/json')
  const response = await fetch(`${url}/api${path}`, { ...sent, headers })
  const { status } = response
  const type = response.headers.get('content-type')
  if (type?.startsWith('text/event-stream')) {
    await response.body?.cancel()
    return { status, text: '' }
  }
  const text = await response.text()
  expectDocumented({ method: sent.method, path }, { status, headers: Object.fromEntries(response.headers), text })
  return { status, text, refusal: type === 'application/problem+json' ? JSON.parse(text).reason : undefined }
}
