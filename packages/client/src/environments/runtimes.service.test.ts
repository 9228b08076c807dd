import { join } from 'node:path'
import vm from 'node:vm'
import { freshServerUrl } from '@taskwire/prisma/testing'
import { build } from 'esbuild'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createTaskwireClient, type TaskwireClient } from '../index.ts'
import { makeProject, type Project } from '../testing/project.ts'
import { type ServerProcess, startServer } from '../testing/server-process.ts'

/** What a tool does: it calls, fails, follows what changes, and ends by itself. */
const TOOL = `
import { createTaskwireClient, isTaskwireError, newId } from '@taskwire/client'

const [url, token] = process.argv.slice(2)
const client = createTaskwireClient({ url, token })
const told = []
const stop = client.$changes.subscribe({ since: 0, onChange: (change) => told.push(change.task?.title), onReset() {} })
const task = await client.task.create.mutate({ id: newId(), title: 'From a tool', dueAt: new Date(0) })
const failure = await client.task.get.query({ id: newId() }).catch((error) => error)
await client.$changes.until(task.version)
stop()
client.$close()
const { dueAt } = task
console.log(JSON.stringify({ dueAt, told, known: isTaskwireError(failure), reason: failure.reason }))
`
const TOLD = { dueAt: '1970-01-01T00:00:00.000Z', told: ['From a tool'], known: true, reason: 'NOT_FOUND' }

/** What a mobile application does: it signs in, is ended by the system, and is still signed in when it is begun again. */
const APPLICATION = `
import { createTaskwireClient, newId } from '@taskwire/client'

globalThis.begin = (url, storage, options) => createTaskwireClient({
  ...options,
  url,
  sessionStore: {
    get: async () => storage.get('taskwire') ?? null,
    set: async (token) => void (token === null ? storage.delete('taskwire') : storage.set('taskwire', token)),
  },
})
globalThis.newId = newId
`

let server: ServerProcess
let project: Project
beforeAll(async () => {
  server = await startServer({ DATABASE_URL: await freshServerUrl(), REFRESH_TOKEN_IN_BODY: 'true' })
  project = await makeProject('bun', 'deno')
  await project.write({ 'tool.mjs': TOOL, 'application.mjs': APPLICATION })
}, 180_000)
afterAll(async () => {
  await project?.[Symbol.asyncDispose]()
  await server?.stop()
})

describe('a tool', () => {
  const runtimes = {
    'Node.js': [process.execPath, 'tool.mjs'],
    Bun: ['npx', 'bun', 'tool.mjs'],
    Deno: ['npx', 'deno', 'run', '--allow-net', '--allow-env', 'tool.mjs'],
  }

  test.for(Object.entries(runtimes))('does its work and ends: %s', async ([, [command = '', ...args]]) => {
    const { auth } = createTaskwireClient({ url: server.url })
    const credentials = { email: `${crypto.randomUUID()}@example.com`, password: 'correct horse battery staple' }
    const { accessToken } = await auth.register.mutate(credentials)
    const output = await project.run(command, ...args, server.url, accessToken)
    expect(JSON.parse(output)).toEqual(TOLD)
  })
})

describe('React Native', () => {
  let code: string
  beforeAll(async () => {
    const { outputFiles } = await build({
      entryPoints: [join(project.folder, 'application.mjs')],
      bundle: true,
      write: false,
      format: 'iife',
      target: 'es2020',
    })
    code = outputFiles[0]?.text ?? ''
  })

  /** A start of the application: a world with what React Native has, and nothing of Node.js or of a browser. */
  function start(storage: Map<string, string>, options: { timeout?: number } = {}) {
    const world = vm.createContext(reactNativeGlobals())
    vm.runInContext(code, world)
    return {
      client: vm.runInContext('begin', world)(server.url, storage, options) as TaskwireClient,
      newId: vm.runInContext('newId', world) as () => string,
      /** The same value, made by the application itself. */
      made: <Value>(value: Value): Value => vm.runInContext(`(${JSON.stringify(value)})`, world),
    }
  }

  test('signs up, is ended and begun again, follows what changes, and signs out', async () => {
    const storage = new Map<string, string>()
    const first = start(storage)
    const credentials = { email: `${crypto.randomUUID()}@example.com`, password: 'correct horse battery staple' }
    const user = await first.client.$session.signUp(first.made(credentials))
    const task = await first.client.task.create.mutate(first.made({ id: first.newId(), title: 'On the phone' }))
    first.client.$close()

    const second = start(storage)
    expect(await second.client.$session.restore()).toEqual(user)
    const told: (string | undefined)[] = []
    second.client.$changes.subscribe({
      since: 0,
      onChange: (change) => told.push(change.type === 'task' ? change.task?.title : undefined),
      onReset: () => {},
    })
    await second.client.$changes.until(task.version)
    expect(told).toEqual(['On the phone'])
    await expect.poll(() => second.client.$changes.status, { timeout: 10_000 }).toBe('polling')

    await second.client.$session.signOut()
    expect(storage.size).toBe(0)
    second.client.$close()
    const third = start(storage)
    expect(await third.client.$session.restore()).toBeNull()
    third.client.$close()
  })

  test('ends a call that takes too long, and one that is aborted', async () => {
    const { client } = start(new Map(), { timeout: 1 })
    await expect(client.auth.me.query()).rejects.toMatchObject({ reason: 'TIMED_OUT' })
    const leaving = new OldAbortController()
    const call = start(new Map()).client.auth.me.query(undefined, { signal: leaving.signal })
    leaving.abort()
    await expect(call).rejects.toMatchObject({ name: 'AbortError' })
  })
})

/** As in React Native 0.80 with Hermes: no abort reasons, no streams of bodies, no locks, no document. */
function reactNativeGlobals(): Record<string, unknown> {
  const world: Record<string, unknown> = {
    console,
    setTimeout,
    clearTimeout,
    setInterval,
    clearInterval,
    queueMicrotask,
    performance: { now: () => performance.now() },
    navigator: { product: 'ReactNative' },
    // What `react-native-get-random-values` adds.
    crypto: { getRandomValues: (bytes: Uint8Array<ArrayBuffer>) => crypto.getRandomValues(bytes) },
    AbortController: OldAbortController,
    AbortSignal: OldAbortSignal,
    Blob,
    FormData,
    Headers,
    URL,
    fetch: fetchWithoutStreams,
  }
  world['window'] = world
  world['self'] = world
  return world
}

class OldAbortSignal extends EventTarget {
  aborted = false
}

class OldAbortController {
  readonly signal = new OldAbortSignal() as unknown as AbortSignal
  abort(): void {
    if (this.signal.aborted) return
    Object.assign(this.signal, { aborted: true })
    this.signal.dispatchEvent(new Event('abort'))
  }
}

/** An answer is there once it has ended, and has no `body`. */
async function fetchWithoutStreams(input: string, { signal, ...init }: RequestInit = {}): Promise<unknown> {
  const connection = new AbortController()
  signal?.addEventListener('abort', () => connection.abort())
  if (signal?.aborted) connection.abort()
  const response = await fetch(input, { ...init, signal: connection.signal })
  const text = await response.text()
  const { ok, status, headers, url } = response
  return { ok, status, headers, url, text: async () => text, json: async () => JSON.parse(text) }
}
