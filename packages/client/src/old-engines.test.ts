import { afterEach, beforeEach, describe, expect, vi } from 'vitest'
import { createSessionClient } from './client.ts'
import { newId } from './new-id.ts'
import { credentials, eventually, test } from './testing/client-test.ts'

/** What React Native and older engines have not. */
const MISSING = ['atob', 'btoa', 'BroadcastChannel', 'location', 'DOMException', 'structuredClone', 'reportError']

/** As React Native has it: without a reason, and without any function of its own. */
class PlainSignal extends EventTarget {
  aborted = false
}

class PlainController {
  readonly signal = new PlainSignal()

  abort(): void {
    if (this.signal.aborted) return
    this.signal.aborted = true
    this.signal.dispatchEvent(new Event('abort'))
  }
}

const realFetch = globalThis.fetch

// The fixtures are made while everything is there.
test.beforeEach(({ server: _server, ada: _ada }) => {})
beforeEach(() => {
  for (const name of MISSING) vi.stubGlobal(name, undefined)
  vi.stubGlobal('navigator', { product: 'ReactNative' })
  vi.stubGlobal('AbortSignal', PlainSignal)
  vi.stubGlobal('AbortController', PlainController)
  vi.stubGlobal('Promise', withoutNewFunctions(Promise))
  vi.stubGlobal('fetch', fetchWithPlainSignals)
})
afterEach(() => {
  vi.useRealTimers()
  vi.unstubAllGlobals()
})

describe('an engine without what is new', () => {
  test('signs in, calls and signs out', async ({ ada, client }) => {
    expect(await client.$session.signIn(credentials(ada))).toEqual(ada.user)
    expect(await client.task.create.mutate({ id: newId(), title: 'Write' })).toMatchObject({ title: 'Write' })
    await client.$session.signOut()
    expect(client.$session.state).toMatchObject({ reason: 'signedOut' })
  })

  test('renews its token', async ({ server, ada, browser, client }) => {
    await client.$session.signIn(credentials(ada))
    server.expireTokens()
    expect(await Promise.all([client.auth.me.query(), client.auth.me.query()])).toEqual([ada.user, ada.user])
    expect(browser.count('auth.refresh')).toBe(1)
  })

  test('knows whose token it is: what one user has called is not repeated for another', async ({
    server,
    ada,
    bob,
    browser,
    client,
  }) => {
    await client.$session.signIn(credentials(ada))
    const release = browser.holdBack('tag.list')
    const call = client.tag.list.query().catch((error) => error)
    await eventually(() => expect(browser.count('tag.list')).toBe(1))
    server.expireTokens()
    await client.$session.signIn(credentials(bob))
    release()
    expect(await call).toMatchObject({ reason: 'TOKEN_EXPIRED' })
  })

  test('ends a call by its signal, and says so as others do', async ({ browser, tool }) => {
    const controller = new AbortController()
    const release = browser.holdBack('auth.me')
    const call = tool.auth.me.query(undefined, { signal: controller.signal }).catch((error) => error)
    await eventually(() => expect(browser.count('auth.me')).toBe(1))
    controller.abort()
    expect(await call).toMatchObject({ name: 'AbortError' })
    release()
  })

  test('ends a call after its time', async ({ server, ada, browser }) => {
    const release = browser.holdBack('auth.me')
    const { url } = server
    const client = createSessionClient({ url, fetch: browser.fetch, initialSession: ada, timeout: 20 })
    await expect(client.auth.me.query()).rejects.toMatchObject({ reason: 'TIMED_OUT' })
    release()
  })

  test('tells what changes, without streams', async ({ newcomer, server, timing }) => {
    const client = createSessionClient({ url: server.url, initialSession: newcomer, fetch: fetchWithoutBody }, timing)
    const titles: unknown[] = []
    const stop = client.$changes.subscribe({
      since: 0,
      onChange: (change) => titles.push(change.type === 'task' && change.task?.title),
      onReset: () => {},
    })
    await client.task.create.mutate({ title: 'Write' })
    await eventually(() => expect(titles).toEqual(['Write']))
    await eventually(() => expect(client.$changes.status).toBe('polling'))
    stop()
    client.$close()
  })
})

/** Node's `fetch` takes only its own signals. */
function fetchWithPlainSignals(input: string, { signal, ...init }: RequestInit): Promise<Response> {
  const { promise, reject } = newPromise<Response>()
  signal?.addEventListener('abort', () => reject(new Error('Aborted')))
  return Promise.race([promise, realFetch(input, init)])
}

/** As React Native gives an answer that is streamed. The server would have to do with this engine too: it is not asked. */
const fetchWithoutBody: typeof fetch = async (input, init = {}) => {
  if (!String(input).includes('change.stream')) return fetchWithPlainSignals(String(input), init)
  return { ok: true, status: 200, headers: new Headers({ 'content-type': 'text/event-stream' }) } as Response
}

function newPromise<T>() {
  let reject: (error: Error) => void = () => {}
  const promise = new Promise<T>((_resolve, rejectIt) => {
    reject = rejectIt
  })
  return { promise, reject }
}

function withoutNewFunctions(real: PromiseConstructor): PromiseConstructor {
  return new Proxy(real, {
    get: (target, name) => (name === 'withResolvers' || name === 'try' ? undefined : Reflect.get(target, name, target)),
  })
}
