import { setTimeout as sleep } from 'node:timers/promises'
import { createTaskwireClient, newId } from '@taskwire/client'

/** How to reach the servers. */
export interface Way {
  url: string
  fetch: typeof fetch
}

/** What became of calls. */
export interface CallOutcome {
  /** How many of each kind have been answered. */
  answered: Record<string, number>
  failures: { kind: string; at: string; error: string }[]
  /** Milliseconds that the slowest took. */
  slowest: number
}

/** Calls that go on until they are told to end. */
export interface MixedCalls {
  end(): Promise<CallOutcome>
}

/** Milliseconds between the answer to a call and the next one of its kind: the machine is to be busy, not full. */
const PAUSE = 60
const PASSWORD = 'correct horse battery staple'

/**
 * Calls of all kinds, over and over: by the typed client, which repeats what is safe to repeat, and by a plain one, which
 * repeats nothing.
 */
export async function mixedCalls(way: Way): Promise<MixedCalls> {
  // Several users: one who does all this at once waits for turns.
  const [typist, writer, reader] = [await register(way), await register(way), await register(way)]
  const client = createTaskwireClient({ ...way, token: typist.token })
  const plain = plainCalls(way, writer.token)
  const rest = plainCalls(way, reader.token)
  const kinds: Record<string, () => Promise<unknown>> = {
    'typed query': () => client.task.list.query({ limit: 5 }),
    'typed mutation': () => client.task.create.mutate({ id: newId(), title: 'Typed' }),
    'typed batch': () => Promise.all([client.task.list.query({ limit: 5 }), client.tag.list.query()]),
    'plain query': () => plain('GET', '/trpc/tag.list'),
    'plain mutation': () => plain('POST', '/trpc/task.create', { json: { title: 'Plain' } }),
    'plain batch of mutations': () => plain('POST', '/trpc/task.create,task.create?batch=1', creations('A', 'B')),
    'REST read': () => rest('GET', '/api/tasks?limit=5'),
    'REST round': async () => {
      const { id } = (await rest('POST', '/api/tasks', { title: 'REST' })) as { id: string }
      await rest('PATCH', `/api/tasks/${id}`, { title: 'Changed' })
      await rest('PATCH', `/api/tasks/${id}/complete`, { completed: true })
      await rest('DELETE', `/api/tasks/${id}`)
    },
    'sign-in': async () => {
      await plain('POST', '/api/auth/login', { email: writer.email, password: PASSWORD })
      // A password takes as long as a hundred other calls.
      await sleep(10 * PAUSE)
    },
  }

  const outcome: CallOutcome = { answered: {}, failures: [], slowest: 0 }
  let going = true
  const repeat = async ([kind, call]: [string, () => Promise<unknown>]) => {
    while (going) {
      const began = performance.now()
      try {
        await call()
        outcome.answered[kind] = (outcome.answered[kind] ?? 0) + 1
      } catch (error) {
        outcome.failures.push({ kind, at: new Date().toISOString(), error: String(error) })
      }
      outcome.slowest = Math.max(outcome.slowest, performance.now() - began)
      await sleep(PAUSE)
    }
  }
  const repeating = Promise.all(Object.entries(kinds).map(repeat))
  return {
    async end() {
      going = false
      await repeating
      return outcome
    },
  }
}

/** Registers somebody. */
export async function register(way: Way): Promise<{ email: string; token: string }> {
  const email = `${crypto.randomUUID()}@example.com`
  const answer = await plainCalls(way)('POST', '/api/auth/register', { email, password: PASSWORD })
  return { email, token: (answer as { accessToken: string }).accessToken }
}

type PlainCall = (method: string, path: string, body?: object) => Promise<unknown>

/** Sends each call once. @throws Error for whatever is no success */
function plainCalls({ url, fetch }: Way, token?: string): PlainCall {
  return async (method, path, body) => {
    const headers = new Headers({
      ...(token !== undefined && { authorization: `Bearer ${token}` }),
      ...(body !== undefined && { 'content-type': 'application/json' }),
    })
    const answer = await fetch(url + path, { method, headers, ...(body && { body: JSON.stringify(body) }) })
    const text = await answer.text()
    if (!answer.ok) throw new Error(`${method} ${path} is answered by ${answer.status}: ${text.slice(0, 200)}`)
    return text === '' ? undefined : JSON.parse(text)
  }
}

function creations(...titles: string[]): object {
  return Object.fromEntries(titles.map((title, index) => [index, { json: { title } }]))
}
