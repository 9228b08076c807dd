import { inspect } from 'node:util'
import { isTRPCClientError } from '@trpc/client'
import { describe, expect, test } from 'vitest'
import { createTaskwireClient } from './client.ts'
import { isTaskwireError, type TaskwireError } from './error.ts'
import { newId } from './new-id.ts'
import { safe } from './safe.ts'
import { test as clientTest } from './testing/client-test.ts'

const url = 'https://tasks.example.com'

describe('a refusal of the server', () => {
  clientTest('names the procedure, the reason and what it carries', async ({ tool }) => {
    const error = await tool.task.get.query({ id: newId() }).catch((cause) => cause)
    if (!isTaskwireError(error)) throw error
    expect(error).toMatchObject({ name: 'TaskwireError', message: 'task.get: Not found', path: 'task.get' })
    expect(error).toMatchObject({ reason: 'NOT_FOUND', data: { reason: 'NOT_FOUND', httpStatus: 404 } })
    expect(error.shape?.message).toBe('Not found')
    expect(isTRPCClientError(error)).toBe(true)
  })

  clientTest('points to the line that has called', async ({ tool }) => {
    async function showTask() {
      return await tool.task.get.query({ id: newId() })
    }
    const error = await showTask().catch((cause) => cause)
    expect(error.stack.split('\n').slice(0, 2)).toEqual([
      'TaskwireError: task.get: Not found',
      expect.stringMatching(/^ {4}at showTask .*error\.test\.ts:\d+:\d+\)$/),
    ])
  })

  clientTest('has a sentence for people, without the name of the procedure', async ({ tool, ada, client }) => {
    const error = await tool.task.get.query({ id: newId() }).catch((cause) => cause)
    expect([error.message, error.explanation]).toEqual(['task.get: Not found', 'Not found'])
    const refused = await client.$session.signIn({ email: ada.email, password: 'wrong' }).catch((cause) => cause)
    expect(refused.explanation).toBe('Email or password is wrong')
  })

  clientTest('points to the line that has signed in', async ({ ada, client }) => {
    async function signIn() {
      return await client.$session.signIn({ email: ada.email, password: 'wrong' })
    }
    const error = await signIn().catch((cause) => cause)
    expect(error.stack.split('\n').slice(0, 2)).toEqual([
      expect.stringMatching(/^TaskwireError: auth\.login: /),
      expect.stringMatching(/^ {4}at signIn .*error\.test\.ts:\d+:\d+\)$/),
    ])
  })

  clientTest('arrives where errors are frozen', async ({ tool }) => {
    const limit = Object.getOwnPropertyDescriptor(Error, 'stackTraceLimit') ?? {}
    Object.defineProperty(Error, 'stackTraceLimit', { ...limit, writable: false })
    const call = tool.task.get.query({ id: newId() }).catch((cause) => cause)
    Object.defineProperty(Error, 'stackTraceLimit', limit)
    expect(await call).toMatchObject({ reason: 'NOT_FOUND' })
  })

  test('is of its own for each call of a batch', async () => {
    const client = createTaskwireClient({ url, token: 'twk_secret', fetch: answering([refusal, refusal]) })
    const calls = [client.task.get.query({ id: '1' }), client.tag.list.query()]
    const [first, second] = await Promise.all(calls.map((call) => call.catch((cause) => cause)))
    expect([first.message, second.message]).toEqual(['task.get: Not found', 'tag.list: Not found'])
  })
})

describe('what brings no answer of a Taskwire server', () => {
  test.each<[what: string, fetch: typeof fetch, message: string]>([
    [
      'a network that fails',
      () => Promise.reject(new TypeError('fetch failed')),
      `No answer from ${url}/trpc: fetch failed`,
    ],
    ['an answer that is cut', async () => new Response(cutStream()), `No answer from ${url}/trpc: cut`],
    ['a gateway', page(502), `No answer from ${url}/trpc: a gateway says 502`],
    ['a gateway that says it as JSON', unavailable, `No answer from ${url}/trpc: a gateway says 503`],
    ['a proxy of Next.js', page(500), `No answer from ${url}/trpc: a gateway says 500`],
  ])('is NETWORK for %s', async (_what, fetch, message) => {
    const error = await failure(fetch)
    expect(error).toMatchObject({ reason: 'NETWORK', path: 'task.create', data: { reason: 'NETWORK' } })
    expect(error.message).toBe(`task.create: ${message}`)
  })

  test.each<[what: string, fetch: typeof fetch]>([
    ['a page', page(200)],
    ['a page that asks to sign in', page(401)],
    ['JSON of something else', answering({ status: 'healthy' })],
    ['JSON that is nothing', answering(null)],
    ['a fault of something else', async () => Response.json({ message: 'Oops' }, { status: 500 })],
    ['a result of something else', answering([{ result: {} }])],
    ['a result that is nothing', answering([{ result: null }])],
    ['a result without data', answering([{ result: { data: 7 } }])],
    ['fewer answers than calls', answering([])],
    [
      'another tRPC server',
      answering([{ error: { json: { code: -32004, message: 'No', data: { code: 'NOT_FOUND' } } } }]),
    ],
    ['a result that cannot be read', answering([{ result: { data: { json: {}, meta: { values: 7 } } } }])],
  ])('is BAD_ANSWER for %s', async (_what, fetch) => {
    expect(await failure(fetch)).toMatchObject({ reason: 'BAD_ANSWER', path: 'task.create' })
  })

  test('is repeated where it is safe, when a gateway says so', async () => {
    const answers = [unavailable, answering([{ result: { data: { json: [] } } }])]
    const fetch: typeof globalThis.fetch = (...request) => (answers.shift() ?? unavailable)(...request)
    expect(await createTaskwireClient({ url, token: 'twk_secret', fetch }).tag.list.query()).toEqual([])
  })

  test.each([{ result: {} }, { result: null }])('says what is wrong with %j', async (answer) => {
    expect((await failure(answering([answer]))).message).toContain('does not answer as a Taskwire server')
  })

  test('names the server that is no Taskwire', async () => {
    expect((await failure(page(404))).message).toBe(
      `task.create: ${url}/trpc does not answer as a Taskwire server (404, text/html): is the client's url right?`,
    )
  })

  test('keeps what the network failed with as its cause', async () => {
    const cause = new TypeError('fetch failed')
    expect((await failure(() => Promise.reject(cause))).cause).toBe(cause)
  })
})

describe('printing an error', () => {
  const secret = { user: { id: '1' }, accessToken: 'eyJ.secret.token' }
  const fetch = answering([{ result: { data: { json: secret } } }, refusal])

  test.each<[how: string, print: (error: unknown) => string]>([
    ['inspect', (error) => inspect(error, { depth: Number.POSITIVE_INFINITY })],
    ['JSON', (error) => JSON.stringify(error)],
    [
      'every field that can be listed',
      (error) => inspect({ ...(error as object) }, { depth: Number.POSITIVE_INFINITY }),
    ],
  ])('by %s shows no response and no token', async (_how, print) => {
    const client = createTaskwireClient({ url, token: 'twk_secret', fetch })
    const [, error] = await Promise.all([client.tag.list.query(), client.auth.me.query().catch((cause) => cause)])
    const printed = print(error)
    expect(printed).toContain('NOT_FOUND')
    expect(printed).not.toMatch(/secret|Response|Headers|cause/)
    expect(printed.length).toBeLessThan(3_500)
  })

  test('shows path, reason and data beside the stack', async () => {
    const error = await failure(() => Promise.reject(new TypeError('fetch failed')))
    expect(Object.keys(error).sort()).toEqual(['data', 'path', 'reason'])
  })
})

describe('isTaskwireError', () => {
  test.each<[name: Parameters<typeof isTaskwireError<'task' | 'task.create' | 'tag' | 'task.get'>>[1], is: boolean]>([
    ['task', true],
    ['task.create', true],
    ['tag', false],
    ['task.get', false],
  ])('asked for %s', async (name, is) => {
    expect(isTaskwireError(await failure(page(502)), name)).toBe(is)
  })

  test.each([undefined, null, 'NOT_FOUND', new Error('NOT_FOUND'), { name: 'TaskwireError', path: 'task.get' }])(
    'is false for %s',
    (thrown) => {
      expect(isTaskwireError(thrown)).toBe(false)
    },
  )
})

describe('safe', () => {
  test('gives what was answered, or the error', async () => {
    expect(await safe(Promise.resolve(7))).toEqual([7, undefined])
    const error = await failure(page(502))
    expect(await safe(Promise.reject(error))).toEqual([undefined, error])
  })

  test('throws what is no failure of a call', async () => {
    await expect(safe(Promise.reject(new RangeError('my own')))).rejects.toThrow('my own')
  })
})

test('a value that cannot be sent is a mistake in the program, and told as that', async () => {
  const client = createTaskwireClient({ url, token: 'twk_secret', fetch: page(502) })
  const title = (() => 'a function') as unknown as string
  const error = await client.task.create.mutate({ title }).catch((cause) => cause)
  expect(error).toMatchObject({ name: 'WireError' })
  expect(isTaskwireError(error)).toBe(false)
})

const refusal = {
  error: {
    json: {
      code: -32004,
      message: 'Not found',
      data: { code: 'NOT_FOUND', httpStatus: 404, reason: 'NOT_FOUND', requestId: '1' },
    },
  },
}

function failure(fetch: typeof globalThis.fetch): Promise<TaskwireError> {
  return createTaskwireClient({ url, token: 'twk_secret', fetch })
    .task.create.mutate({ title: 'Not to be repeated' })
    .then(
      () => Promise.reject(new Error('It did not fail')),
      (cause) => cause,
    )
}

function answering(json: unknown): typeof fetch {
  return async () => Response.json(json)
}

function page(status: number): typeof fetch {
  return async () => new Response('<h1>Welcome</h1>', { status, headers: { 'content-type': 'text/html' } })
}

/** As an ingress of Kubernetes or an API gateway. */
const unavailable: typeof fetch = async () =>
  Response.json({ message: 'Service Unavailable' }, { status: 503, headers: { 'retry-after': '5' } })

function cutStream(): ReadableStream {
  return new ReadableStream({ pull: (controller) => controller.error(new TypeError('cut')) })
}
