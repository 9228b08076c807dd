import { describe, expect, test, vi } from 'vitest'
import { isTaskwireError } from '../index.ts'
import { createMockClient, taskwireError } from './index.ts'

const at = new Date(0)
const user = { id: '1', email: 'ada@example.com', createdAt: at, updatedAt: at }
const signedIn = () => ({ user, accessToken: '', accessTokenExpiresAt: at })

describe('a call', () => {
  test('is answered by the handler of its procedure, at once or later', async () => {
    const client = createMockClient({
      'tag.list': () => [
        { id: '1', name: 'Home', color: null, taskCount: 0, version: 1, createdAt: at, updatedAt: at, deletedAt: null },
      ],
      'task.delete': async ({ id }) => (id === '1' ? { version: 2 } : Promise.reject(taskwireError('NOT_FOUND'))),
    })
    expect(await client.tag.list.query()).toMatchObject([{ name: 'Home' }])
    expect(await client.task.delete.mutate({ id: '1' })).toEqual({ version: 2 })
    await expect(client.task.delete.mutate({ id: '2' })).rejects.toMatchObject({ data: { reason: 'NOT_FOUND' } })
  })

  test('without a handler fails and says which', async () => {
    const error = await createMockClient()
      .task.get.query({ id: '1' })
      .catch((cause) => cause)
    expect(error.message).toBe(
      "The mock client has no handler for task.get: createMockClient({ 'task.get': (input) => … })",
    )
  })

  test('ends when it is aborted', async () => {
    const client = createMockClient({ 'auth.me': () => new Promise(() => {}) })
    const call = client.auth.me.query(undefined, { signal: AbortSignal.timeout(1) })
    await expect(call).rejects.toMatchObject({ name: 'TimeoutError' })
  })

  test.each(['NETWORK', 'TIMED_OUT', 'BAD_ANSWER'] as const)('fails without an answer: %s', async (reason) => {
    const client = createMockClient({ 'auth.me': () => Promise.reject(taskwireError(reason)) })
    await expect(client.auth.me.query()).rejects.toMatchObject({ reason, path: 'auth.me', data: { reason } })
  })

  test('that a handler refuses names its procedure', async () => {
    const client = createMockClient({ 'task.get': () => Promise.reject(taskwireError('NOT_FOUND')) })
    await expect(client.task.get.query({ id: '1' })).rejects.toThrow('task.get: Not found')
  })
})

test('an error has what the server would send', () => {
  const error = taskwireError('RATE_LIMITED', { retryAfter: 30 })
  expect(isTaskwireError(error)).toBe(true)
  expect(error.message).toBe('Too many requests: try again later')
  expect(error.data).toEqual({
    code: 'TOO_MANY_REQUESTS',
    httpStatus: 429,
    reason: 'RATE_LIMITED',
    requestId: 'mock',
    retryAfter: 30,
  })
})

describe('the session', () => {
  test('begins as the test wants it', async () => {
    expect(createMockClient().$session.state).toEqual({ status: 'signedOut', user: null, reason: 'none' })
    const { $session } = createMockClient({}, { user })
    expect($session.state).toEqual({ status: 'signedIn', user })
    expect(await $session.restore()).toBe(user)
  })

  test('follows whoever signs in and out, by either way', async () => {
    const client = createMockClient({
      'auth.login': signedIn,
      'auth.register': signedIn,
      'auth.deleteAccount': () => null,
    })
    const listener = vi.fn()
    const stop = client.$session.subscribe(listener)
    await client.$session.signIn({ email: user.email, password: '…' })
    await client.$session.signOut()
    await client.auth.register.mutate({ email: user.email, password: '…' })
    await client.auth.deleteAccount.mutate({ password: '…' })
    stop()
    await client.$session.signUp({ email: user.email, password: '…' })
    expect(listener.mock.calls.map(([{ status }]) => status)).toEqual([
      'signedIn',
      'signedOut',
      'signedIn',
      'signedOut',
    ])
    expect(client.$session.user).toBe(user)
  })

  test('stays as it is when a sign-in is refused', async () => {
    const client = createMockClient({ 'auth.login': () => Promise.reject(taskwireError('INVALID_CREDENTIALS')) })
    await expect(client.$session.signIn({ email: '', password: '' })).rejects.toMatchObject({
      data: { reason: 'INVALID_CREDENTIALS' },
    })
    expect(client.$session.status).toBe('signedOut')
  })
})

test('nobody waits for a change where nobody is signed in, or the client is closed', async () => {
  await expect(createMockClient().$changes.until(9)).rejects.toThrow('Nobody is signed in')
  const client = createMockClient({}, { user })
  const wait = expect(client.$changes.until(9)).rejects.toThrow('This client has been closed')
  client.$close()
  await wait
  await expect(client.$changes.until(9)).rejects.toThrow('This client has been closed')
})
