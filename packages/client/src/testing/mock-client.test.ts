import { describe, expect, test, vi } from 'vitest'
import { isTaskwireError, safe } from '../index.ts'
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
      'task.delete': async ({ id }) => (id === '1' ? null : Promise.reject(taskwireError('NOT_FOUND'))),
    })
    expect(await client.tag.list.query()).toMatchObject([{ name: 'Home' }])
    expect(await client.task.delete.mutate({ id: '1' })).toBeNull()
    await expect(client.task.delete.mutate({ id: '2' })).rejects.toMatchObject({ data: { reason: 'NOT_FOUND' } })
  })

  test('without a handler fails and says which', async () => {
    const [, error] = await safe(createMockClient().task.get.query({ id: '1' }))
    expect(error?.message).toBe(
      "The mock client has no handler for task.get: createMockClient({ 'task.get': (input) => … })",
    )
    expect(isTaskwireError(error)).toBe(false)
  })

  test('ends when it is aborted', async () => {
    const client = createMockClient({ 'auth.me': () => new Promise(() => {}) })
    const call = client.auth.me.query(undefined, { signal: AbortSignal.timeout(1) })
    await expect(call).rejects.toMatchObject({ cause: { name: 'TimeoutError' } })
  })

  test('fails as a network does when its handler throws that', async () => {
    const client = createMockClient({ 'auth.me': () => Promise.reject(new TypeError('Failed to fetch')) })
    await expect(client.auth.me.query()).rejects.toMatchObject({ cause: { name: 'TypeError' } })
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
    expect(createMockClient().$session.state).toEqual({ status: 'signedOut', user: null })
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
