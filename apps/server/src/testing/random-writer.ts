import { randomInt, randomUUID } from 'node:crypto'
import type { ErrorData } from '@taskwire/contract'

/** Calls in one request; the server runs them at once. */
const BATCH = 10
const MAX_TASKS = 60

interface Call {
  path: string
  input: Record<string, unknown>
}

interface RandomWriter {
  /** Sends a batch of random writes. @returns how many were acknowledged */
  write(url: string): Promise<number>
  /** Refusals that no other writer of the same things can explain. */
  readonly faults: readonly string[]
}

/** What a write meets when another one was faster: the row is gone, the name is taken, the task has all the tags it may. */
const EXPECTED = new Set(['NOT_FOUND', 'TAG_NAME_TAKEN', 'VALIDATION_FAILED'])

/** Changes one user's tasks and tags in all the ways there are. */
export function randomWriter({ token }: { token: string }): RandomWriter {
  const tasks: string[] = []
  const tags: string[] = []
  const faults: string[] = []

  const some = (ids: string[], most: number) =>
    [...new Set(Array.from({ length: randomInt(1, most + 1) }, () => one(ids)))].filter((id) => id !== '')

  function randomCall(): Call {
    const id = one(tasks)
    if (tasks.length < 3 || (tasks.length < MAX_TASKS && chance(0.15))) {
      const created = remember(tasks)
      return { path: 'task.create', input: { id: created, title: randomUUID(), tagIds: some(tags, 3) } }
    }
    if (tags.length < 3 || chance(0.05)) {
      return { path: 'tag.create', input: { id: remember(tags), name: `Tag ${randomInt(1_000)}` } }
    }
    return pick([
      { path: 'task.update', input: { id, title: randomUUID() } },
      { path: 'task.update', input: { id, description: randomUUID(), tagIds: some(tags, 4) } },
      { path: 'task.setCompleted', input: { id, completed: chance(0.5) } },
      { path: 'task.delete', input: { id } },
      { path: 'task.restore', input: { id } },
      { path: 'task.restore', input: { id: one(tasks) } },
      {
        path: 'task.updateMany',
        input: { ids: some(tasks, 3), addTagIds: some(tags, 2), removeTagIds: some(tags, 1) },
      },
      { path: 'task.updateMany', input: { ids: some(tasks, 4), completed: chance(0.5) } },
      { path: 'task.deleteMany', input: { ids: some(tasks, 2) } },
      { path: 'tag.update', input: { id: one(tags), name: `Tag ${randomInt(1_000)}` } },
      chance(0.2) ? { path: 'tag.delete', input: { id: forget(tags) } } : { path: 'task.restore', input: { id } },
    ])
  }

  return {
    faults,
    async write(url) {
      const calls = Array.from({ length: BATCH }, randomCall)
      const answers = await post({ url, token, calls })
      for (const [index, { error }] of answers.entries()) {
        const reason = error?.json.data.reason
        if (reason !== undefined && !EXPECTED.has(reason)) faults.push(`${calls[index]?.path}: ${reason}`)
      }
      return answers.filter(({ error }) => error === undefined).length
    },
  }
}

interface BatchAnswer {
  error?: { json: { data: ErrorData } }
}

async function post({ url, token, calls }: { url: string; token: string; calls: Call[] }): Promise<BatchAnswer[]> {
  const paths = calls.map(({ path }) => path).join(',')
  const response = await fetch(`${url}/trpc/${paths}?batch=1`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify(Object.fromEntries(calls.map(({ input }, index) => [index, { json: input }]))),
  })
  return (await response.json()) as BatchAnswer[]
}

function remember(ids: string[]): string {
  const id = randomUUID()
  ids.push(id)
  return id
}

function forget(ids: string[]): string {
  return ids.splice(randomInt(ids.length), 1)[0] ?? ''
}

function one(ids: string[]): string {
  return ids.length === 0 ? '' : pick(ids)
}

function pick<T>(values: T[]): T {
  const value = values[randomInt(values.length)]
  if (value === undefined) throw new Error('There is nothing to pick from')
  return value
}

function chance(probability: number): boolean {
  return Math.random() < probability
}
