import { type Calling, callers, everythingOf } from '@taskwire/router/testing'
import fc from 'fast-check'
import { expect, inject } from 'vitest'
import { expectDocumented } from '../testing/document-checker.ts'
import { documentedOperations } from '../testing/documented-operations.ts'
import { testWith } from '../testing/fixture.ts'
import { badRequest, type GeneratedRequest, goodRequest } from '../testing/generated-requests.ts'
import { ownRequest } from '../testing/request-drafts.ts'
import { type HttpAnswer, send } from '../testing/send.ts'
import type { TestServer } from '../testing/test-server.ts'

/** Others in each run of the suite: ten of each user. A failure tells the seed by which they are made again. */
const REQUESTS = inject('testServer') === undefined ? 400 : 1_500
const UNLIKELY = 6
const LIKELY = 4

const test = testWith({})

const oneOf = (requestsOf: typeof badRequest) => fc.oneof(...documentedOperations.map(requestsOf))
const unlikelyRequests = fc.array(oneOf(badRequest), { minLength: UNLIKELY, maxLength: UNLIKELY })
const likelyRequests = fc.array(oneOf(goodRequest), { minLength: LIKELY, maxLength: LIKELY })

/** Sends a request in the name of a user, and sees that it is answered as the document says, and not by a fault of ours. */
async function answerTo(generated: GeneratedRequest, server: TestServer, caller: Calling): Promise<HttpAnswer> {
  const { method, path, headers, body } = ownRequest(generated.request, caller.things)
  const { bearerToken, refreshToken } = caller.request
  // A sign-in would end the session that the cookie is of.
  const cookie = /^\/auth\/(?:refresh|logout)/.test(path) ? `taskwire=${refreshToken}` : undefined
  const known = { 'content-type': undefined, authorization: `Bearer ${bearerToken}`, cookie }
  const sent = { method, path: `/api${path}`, headers: { ...known, ...headers }, body }
  const answer = await send(server, { ...sent, withoutEvents: true })
  expectDocumented({ method, path }, answer)
  expect(answer.status).toBeLessThan(500)
  return answer
}

/** Says of a failure which request it was. */
async function naming<Result>(generated: GeneratedRequest, work: () => Promise<Result>): Promise<Result> {
  try {
    return await work()
  } catch (cause) {
    throw new Error(`A request is at fault: ${JSON.stringify(generated)}`, { cause })
  }
}

/** What ends the user, or the session, comes last. */
function isEnd({ operation }: GeneratedRequest): boolean {
  return operation === 'DELETE /auth/me' || operation === 'POST /auth/logout'
}

const title = `${REQUESTS} requests made from the document are answered as it says, and a bad one changes nothing`

test(title, { timeout: 180_000 }, async ({ server }) => {
  const refusals = new Set<number>()
  const served: string[] = []
  let likely = 0

  const run = async (unlikelyOnes: GeneratedRequest[], likelyOnes: GeneratedRequest[]) => {
    const caller = await callers.owner(server.services)
    // A session notes its first call.
    const headers = { authorization: `Bearer ${caller.request.bearerToken}` }
    await send(server, { method: 'GET', path: '/api/auth/me', headers })
    const before = await everythingOf(server.services, caller.userId)
    await Promise.all(
      unlikelyOnes.map((generated) =>
        naming(generated, async () => {
          if (generated.kind !== 'bad') return
          const { status } = await answerTo(generated, server, caller)
          expect(status).toBeGreaterThanOrEqual(400)
          refusals.add(status)
        }),
      ),
    )
    expect(await everythingOf(server.services, caller.userId)).toEqual(before)

    const others = [...unlikelyOnes.filter(({ kind }) => kind === 'odd'), ...likelyOnes]
    for (const generated of others.sort((a, b) => Number(isEnd(a)) - Number(isEnd(b)))) {
      const { status } = await naming(generated, () => answerTo(generated, server, caller))
      if (generated.kind === 'odd') continue
      likely += 1
      if (status < 400) served.push(generated.operation)
    }
    expect(server.log.filter(({ level }) => Number(level) >= 50)).toEqual([])
    server.log.length = 0
  }
  await fc.assert(fc.asyncProperty(unlikelyRequests, likelyRequests, run), {
    numRuns: REQUESTS / (UNLIKELY + LIKELY),
    endOnFailure: true,
  })

  // Many would be refused by whoever refuses everything.
  expect(served.length / likely).toBeGreaterThan(0.5)
  expect([...refusals]).toEqual(expect.arrayContaining([400, 404, 405, 413, 415]))
  if (REQUESTS >= 3_000) {
    expect([...new Set(served)].sort()).toEqual(documentedOperations.map(({ name }) => name).sort())
  }
})
