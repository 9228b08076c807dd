import { TRPCClientError } from '@trpc/client'
import { expect, test } from 'vitest'
import { createTaskwireClient } from './client.ts'
import { isTaskwireError } from './error.ts'

test('an answer of the server with a reason is a Taskwire error', async () => {
  const error = await failure(async () => Response.json([answer({ code: 'NOT_FOUND', reason: 'NOT_FOUND' })]))
  expect(isTaskwireError(error)).toBe(true)
})

test.each<[what: string, fetch: typeof fetch]>([
  ['a network that fails', () => Promise.reject(new TypeError('fetch failed'))],
  ["a proxy's page", async () => new Response('<h1>Bad gateway</h1>', { status: 502 })],
  ['another tRPC server', async () => Response.json([answer({ code: 'NOT_FOUND' })])],
])('%s is none', async (_what, fetch) => {
  const error = await failure(fetch)
  expect(error).toBeInstanceOf(TRPCClientError)
  expect(isTaskwireError(error)).toBe(false)
})

test.each([undefined, null, 'NOT_FOUND', new Error('NOT_FOUND'), { data: { reason: 'NOT_FOUND' } }])(
  '%s is none',
  (thrown) => {
    expect(isTaskwireError(thrown)).toBe(false)
  },
)

function failure(fetch: typeof globalThis.fetch): Promise<unknown> {
  return createTaskwireClient({ url: '', token: 'twk_secret', fetch })
    .task.create.mutate({ title: 'Not to be repeated' })
    .catch((cause) => cause)
}

function answer(data: object) {
  return { error: { json: { code: -32004, message: 'Not found', data } } }
}
