import { setTimeout as sleep } from 'node:timers/promises'
import { createTaskwireClient, newId } from '@taskwire/client'
import { notedWrites } from './noted-writes.ts'

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
  /** Tasks that were made and are not there, or are there twice. */
  faults: string[]
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
  // Several users: one who does all this at once waits for turns, and has a limit of open sessions.
  const [typist, writer, reader, signer] = [
    await register(way),
    await register(way),
    await register(way),
    await register(way),
  ]
  const client = createTaskwireClient({ ...way, token: typist.token })
  const plain = plainCalls(way, writer.token)
  const rest = plainCalls(way, reader.token)
  const writes = notedWrites()
  const kinds: Record<string, () => Promise<unknown>> = {
    'typed query': () => client.task.list.query({ limit: 5 }),
    'typed mutation': () => writes.note(1, ([title = '']) => client.task.create.mutate({ id: newId(), title })),
    'typed batch': () => Promise.all([client.task.list.query({ limit: 5 }), client.tag.list.query()]),
    'plain query': () => plain('GET', '/trpc/tag.list'),
    'plain mutation': () => writes.note(1, ([title]) => plain('POST', '/trpc/task.create', { json: { title } })),
    'plain batch of mutations': () =>
      writes.note(2, (titles) => plain('POST', '/trpc/task.create,task.create?batch=1', creations(titles))),
    'REST read': () => rest('GET', '/api/tasks?limit=5'),
    'REST round': () =>
      writes.note(1, async ([title]) => {
        const { id } = (await rest('POST', '/api/tasks', { title: 'REST' })) as { id: string }
        await rest('PATCH', `/api/tasks/${id}`, { title })
        await rest('PATCH', `/api/tasks/${id}/complete`, { completed: true })
        await rest('DELETE', `/api/tasks/${id}`)
      }),
    'sign-in': async () => {
      await plain('POST', '/api/auth/login', { email: signer.email, password: PASSWORD })
      // A password takes as long as a hundred other calls.
      await sleep(10 * PAUSE)
    },
  }

  const outcome: CallOutcome = { answered: {}, failures: [], faults: [] }
  let going = true
  const repeat = async ([kind, call]: [string, () => Promise<unknown>]) => {
    while (going) {
      try {
        await call()
        outcome.answered[kind] = (outcome.answered[kind] ?? 0) + 1
      } catch (error) {
        outcome.failures.push({ kind, at: new Date().toISOString(), error: String(error) })
      }
      await sleep(PAUSE)
    }
  }
  const repeating = Promise.all(Object.entries(kinds).map(repeat))
  return {
    async end() {
      going = false
      await repeating
      const kept = [typist, writer].map(({ token }) => findTitles(plainCalls(way, token), { deleted: false }))
      return {
        ...outcome,
        faults: writes.faults((await Promise.all([...kept, findTitles(rest, { deleted: true })])).flat()),
      }
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

/** The titles of all tasks of a user, in the trash or out of it. */
async function findTitles(call: PlainCall, { deleted }: { deleted: boolean }): Promise<string[]> {
  const titles: string[] = []
  let cursor = ''
  do {
    const page = await call('GET', `/api/tasks?limit=100&deleted=${deleted}${cursor}`)
    const { items, nextCursor } = page as { items: { title: string }[]; nextCursor: string | null }
    titles.push(...items.map(({ title }) => title))
    cursor = nextCursor === null ? '' : `&cursor=${encodeURIComponent(nextCursor)}`
  } while (cursor !== '')
  return titles
}

function creations(titles: string[]): object {
  return Object.fromEntries(titles.map((title, index) => [index, { json: { title } }]))
}
