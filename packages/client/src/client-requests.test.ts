import { afterEach, expect, test, vi } from 'vitest'
import { createTaskwireClient } from './client.ts'
import { VERSION } from './version.ts'

const token = 'twk_secret'

afterEach(() => {
  vi.unstubAllGlobals()
})

test.each([
  ['', '/trpc/auth.me'],
  ['/', '/trpc/auth.me'],
  ['https://tasks.example.com', 'https://tasks.example.com/trpc/auth.me'],
  ['https://tasks.example.com/', 'https://tasks.example.com/trpc/auth.me'],
  ['https://example.com/tasks//', 'https://example.com/tasks/trpc/auth.me'],
])('the server at "%s" is called at %s', async (url, expected) => {
  const fetch = answerNothing()
  await createTaskwireClient({ url, token, fetch }).auth.me.query()
  expect(fetch.mock.calls.map(([requested]) => String(requested).split('?')[0])).toEqual([expected])
})

test('a token goes with every call, and cookies stay at home', async () => {
  const fetch = answerNothing()
  const headers = { Authorization: 'Basic YWRhOng=', 'X-Trace': 'abc' }
  const client = createTaskwireClient({ url: '', token, headers, fetch })
  await Promise.all([client.auth.me.query(), client.auth.logout.mutate()])
  expect(fetch).toHaveBeenCalledTimes(2)
  for (const [, init] of fetch.mock.calls) {
    expect(init?.credentials).toBe('omit')
    expect(new Headers(init?.headers).get('authorization')).toBe('Bearer twk_secret')
    expect(new Headers(init?.headers).get('x-trace')).toBe('abc')
  }
})

test('every call says which version of the client it is of, whatever the application says', async () => {
  const fetch = answerNothing()
  const client = createTaskwireClient({ url: '', token, headers: { 'Taskwire-Client': '9.9.9' }, fetch })
  await Promise.all([client.auth.me.query(), client.auth.logout.mutate()])
  const versions = fetch.mock.calls.map(([, init]) => new Headers(init?.headers).get('taskwire-client'))
  expect(versions).toEqual([VERSION, VERSION])
})

test('without a token cookies go along, to another origin too', async () => {
  const fetch = answerNothing()
  const client = createTaskwireClient({ url: 'https://tasks.example.com', fetch })
  await client.auth.logout.mutate()
  await client.auth.me.query()
  expect(fetch).toHaveBeenCalledTimes(2)
  for (const [, init] of fetch.mock.calls) {
    expect(init?.credentials).toBe('include')
    expect(new Headers(init?.headers).has('authorization')).toBe(false)
  }
})

test('a global fetch that is replaced later is the one that is used', async () => {
  const client = createTaskwireClient({ url: 'https://tasks.example.com', token })
  const fetch = answerNothing()
  vi.stubGlobal('fetch', fetch)
  await client.auth.me.query()
  expect(fetch).toHaveBeenCalledOnce()
})

test.each(['query', 'mutation of auth'])('an abort ends a %s and its request', async (kind) => {
  const fetch = answerNever()
  const client = createTaskwireClient({ url: '', token, fetch })
  const controller = new AbortController()
  const { signal } = controller
  const call =
    kind === 'query' ? client.auth.me.query(undefined, { signal }) : client.auth.logout.mutate(undefined, { signal })
  const failure = call.catch((cause) => cause)
  await vi.waitFor(() => expect(fetch).toHaveBeenCalledOnce(), { timeout: 20_000 })

  controller.abort()

  expect(await failure).toBe(signal.reason)
  expect(fetch.mock.calls[0]?.[1]?.signal?.aborted).toBe(true)
})

/** A server that has null for an answer, to a call and to a batch of one. */
function answerNothing() {
  return vi.fn<typeof fetch>(async (input) => {
    const answer = { result: { data: { json: null } } }
    return Response.json(String(input).includes('batch=1') ? [answer] : answer)
  })
}

function answerNever() {
  return vi.fn<typeof fetch>(
    (_input, init) =>
      new Promise((_resolve, reject) => {
        init?.signal?.addEventListener('abort', () => reject(new DOMException('Aborted', 'AbortError')))
      }),
  )
}
