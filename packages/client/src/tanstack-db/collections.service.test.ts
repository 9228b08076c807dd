import { loadavg } from 'node:os'
import { setTimeout as sleep } from 'node:timers/promises'
import { type Collection, createCollection, type Transaction } from '@tanstack/db'
import type { Tag, Task } from '@taskwire/contract'
import { openDatabase } from '@taskwire/prisma'
import { freshServerUrl } from '@taskwire/prisma/testing'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { createTaskwireClient, type TaskwireClient } from '../client.ts'
import { testBrowser } from '../testing/browser.ts'
import { memoryStorage } from '../testing/memory-storage.ts'
import { type ServerProcess, startServer } from '../testing/server-process.ts'
import { type TroubledProxy, troubledProxy } from '../testing/troubled-proxy.ts'
import { newTask, tagCollectionOptions, taskCollectionOptions } from './index.ts'
import { taskwireOffline } from './offline.ts'

const PASSWORD = 'correct horse battery staple'

let variables: Record<string, string>
let server: ServerProcess
let proxy: TroubledProxy

beforeAll(async () => {
  // With the limits that a server has by default.
  variables = { DATABASE_URL: await freshServerUrl(), RATE_LIMIT_MULTIPLIER: '1' }
  server = await startServer(variables)
  variables['PORT'] = new URL(server.url).port
  proxy = await troubledProxy(server.url, 'none')
})
afterAll(async () => {
  await proxy?.[Symbol.asyncDispose]()
  await server?.stop()
})

/** A user with so many tasks. */
async function userWith(count: number) {
  const credentials = { email: `${crypto.randomUUID()}@example.com`, password: PASSWORD }
  const client = await signedIn(server.url, credentials, 'signUp')
  await using database = await openDatabase({ url: variables['DATABASE_URL'], dataDir: '' })
  for (let added = 0; added < count; added += 1_000) {
    await database.client.$executeRaw`
      INSERT INTO tasks (user_id, id, title, description)
      SELECT users.id, gen_random_uuid(), 'Task ' || number, repeat('x', 100)
      FROM users, generate_series(1, 1000) number WHERE email = ${credentials.email}`
  }
  return { credentials, client }
}

async function signedIn(url: string, credentials: { email: string; password: string }, by: 'signIn' | 'signUp') {
  const client = createTaskwireClient({ url, fetch: testBrowser().fetch })
  await client.$session[by](credentials)
  return client
}

test('a collection of 10 000 tasks is ready soon, within the limits that a server has by default', async () => {
  const { client } = await userWith(10_000)
  // The first one finds a server and a client that have not done it before.
  const times: number[] = []
  for (let count = 0; count < 3; count += 1) {
    const tasks = createCollection(taskCollectionOptions({ client }))
    const start = performance.now()
    await tasks.preload()
    times.push(Math.round(performance.now() - start))
    expect(tasks.size).toBe(10_000)
    await tasks.cleanup()
  }
  process.stdout.write(
    `10 000 tasks: ready after ${times.join(', ')} ms (load of the machine: ${loadavg()[0]?.toFixed(1)})\n`,
  )
  // Meant are 1.5 s on a machine that has nothing else to do.
  expect(Math.min(...times)).toBeLessThan(20_000)
}, 60_000)

/** How a window makes its changes. */
type Way = 'sent at once' | 'kept until they are sent'

/** A window in which somebody works. */
interface Window {
  tasks: Collection<Task, string>
  tags: Collection<Tag, string>
  offline: ReturnType<typeof taskwireOffline>
  /** The rows of which a change was rolled back. */
  refused: Set<string>
  /** All that the window has shown of a task, one after another; null: that it is not there. */
  shown: Map<string, (string | null)[]>
  close(): void
}

async function openWindow(client: TaskwireClient): Promise<Window> {
  const tasks = createCollection(taskCollectionOptions({ client }))
  const tags = createCollection(tagCollectionOptions({ client }))
  const refused = new Set<string>()
  const offline = taskwireOffline({
    client,
    collections: { tasks, tags },
    storage: memoryStorage(),
    onConflict: () => 'mine',
    onRefused: () => {},
  })
  await Promise.all([tasks.preload(), tags.preload(), offline.ready()])
  const shown: Window['shown'] = new Map(tasks.toArray.map((task) => [task.id, [fieldsOf(task)]]))
  tasks.subscribeChanges((changes) => {
    for (const { key } of changes) {
      const task = tasks.get(key)
      const now = task === undefined ? null : fieldsOf(task)
      const before = shown.get(key) ?? []
      if (before.at(-1) !== now) shown.set(key, [...before, now])
    }
  })
  return {
    tasks,
    tags,
    offline,
    refused,
    shown,
    close() {
      offline.stop()
      tasks.cleanup()
      tags.cleanup()
    },
  }
}

/** What users see of a task. */
function fieldsOf({ title, description, completed, dueAt, tags }: Task): string {
  return JSON.stringify([title, description, completed, dueAt, tags.map(({ name }) => name)])
}

function pick<T>(things: readonly T[]): T {
  return things[Math.floor(Math.random() * things.length)] as T
}

/**
 * Does something to some task, and leaves a text or a date in it that none has had before: what a window has shown once
 * it does not show again. Resolves once the server has it or not.
 */
async function changeSomething({ tasks, tags, offline, refused }: Window, way: Way, number: number): Promise<void> {
  const title = `Changed ${number}`
  const task = newTask({ title })
  const { id } = pick(tasks.toArray)
  const kind = Math.random()
  const change = (): Transaction => {
    if (kind < 0.2) return tasks.insert(task)
    if (kind < 0.3) return tasks.delete(id)
    return tasks.update(id, (draft) => {
      if (kind < 0.5) Object.assign(draft, { completed: !draft.completed, description: title })
      else if (kind < 0.6) draft.dueAt = new Date(Date.UTC(2030, 0, number))
      else if (kind < 0.7) Object.assign(draft, { tags: draft.tags.length > 0 ? [] : tags.toArray, description: title })
      else draft.title = title
    })
  }
  const { isPersisted } = way === 'sent at once' ? change() : offline.mutate(change)
  await isPersisted.promise.catch(() => refused.add(kind < 0.2 ? task.id : id))
}

async function readAll(client: TaskwireClient): Promise<Task[]> {
  const all: Task[] = []
  for (let cursor: string | null = null; ; ) {
    const page: { items: Task[]; nextCursor: string | null } = await client.task.list.query({ limit: 100, cursor })
    all.push(...page.items)
    if (page.nextCursor === null) return all
    cursor = page.nextCursor
  }
}

function byId(tasks: readonly Task[]) {
  return tasks
    .map((task) => ({ id: task.id, fields: fieldsOf(task), version: task.version }))
    .sort((one, other) => (one.id < other.id ? -1 : 1))
}

/** Milliseconds between two changes: as many of both windows as a user may make by default. */
const PAUSES: Record<Way, number> = { 'sent at once': 30, 'kept until they are sent': 10 }

test.for(['sent at once', 'kept until they are sent'] as const)(
  'two windows with changes that are %s stay equal to the database, and nothing flickers',
  { timeout: 240_000 },
  async (way) => {
    const { client, credentials } = await userWith(2_000)
    for (const name of ['Home', 'Work']) await client.tag.create.mutate({ name })
    const windows = [
      await openWindow(await signedIn(proxy.url, credentials, 'signIn')),
      await openWindow(await signedIn(proxy.url, credentials, 'signIn')),
    ] as const
    const writes: Promise<void>[] = []
    let restarting: Promise<void> | undefined
    for (let change = 0; change < 500; change += 1) {
      writes.push(changeSomething(pick(windows), way, change))
      await sleep(PAUSES[way])
      if (change % 50 === 25) {
        proxy.trouble = 'refuses'
        setTimeout(() => {
          proxy.trouble = 'none'
        }, 300)
      }
      if (change === 250) {
        restarting = server.stop().then(async () => {
          server = await startServer(variables)
        })
      }
    }
    await restarting
    await Promise.all(writes)
    const saved = byId(await readAll(client))
    for (const { tasks } of windows) {
      await vi.waitFor(() => expect(byId(tasks.toArray)).toEqual(saved), { timeout: 30_000 })
    }
    const undone = windows.reduce((sum, { refused }) => sum + refused.size, 0)
    process.stdout.write(`500 changes, ${way}: ${undone} rows with a change that was rolled back\n`)
    // A cut undoes only what is under way: most changes stay.
    expect(undone).toBeLessThan(400)
    for (const { shown, refused } of windows) {
      const flickered = [...shown].filter(([id, steps]) => !refused.has(id) && new Set(steps).size < steps.length)
      expect(flickered).toEqual([])
    }
    for (const window of windows) window.close()
  },
)
