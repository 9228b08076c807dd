import { setTimeout as sleep } from 'node:timers/promises'
import type { Collection } from '@tanstack/db'
import type { Tag, Task } from '@taskwire/contract'
import { freshServerUrl } from '@taskwire/prisma/testing'
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { createTaskwireClient, type TaskwireClient } from '../client.ts'
import { testBrowser } from '../testing/browser.ts'
import { bundleForBrowser } from '../testing/browser-bundle.ts'
import { launchChromium } from '../testing/chromium.ts'
import { type PageServer, servePage } from '../testing/page-server.ts'
import { type ServerProcess, startServer } from '../testing/server-process.ts'
import type { OfflineConflict, OfflineRefusal, TaskwireOffline } from './offline.ts'

/** In the page. */
declare const client: TaskwireClient
declare const tasks: Collection<Task, string>
declare const tags: Collection<Tag, string>
declare const offline: TaskwireOffline
declare const storage: { keys(): Promise<string[]> }
declare const asked: OfflineConflict[]
declare const refusals: OfflineRefusal[]
declare const add: (id: string) => void
declare const rename: (id: string, title: string) => void
declare const remove: (id: string) => void

const SOURCE = `
  import { createCollection } from '@tanstack/db'
  import { createTaskwireClient } from './index.ts'
  import { newTask, tagCollectionOptions, taskCollectionOptions } from './tanstack-db/index.ts'
  import { browserStorage } from './tanstack-db/offline/storage.ts'
  import { taskwireOffline } from './tanstack-db/offline.ts'

  const reading = browserStorage()
  const storage = { keys: async () => (await reading).keys() }
  const client = createTaskwireClient({ url: '' })
  const tasks = createCollection({ ...taskCollectionOptions({ client }), gcTime: 0 })
  const tags = createCollection({ ...tagCollectionOptions({ client }), gcTime: 0 })
  const asked = []
  const refusals = []
  const offline = taskwireOffline({
    client,
    collections: { tasks, tags },
    onConflict(conflict) {
      asked.push(conflict)
      return 'mine'
    },
    onRefused: (refusal) => refusals.push(refusal),
  })
  const add = (id) => void offline.mutate(() => tasks.insert(newTask({ id, title: id })))
  const rename = (id, title) => void offline.mutate(() => tasks.update(id, (task) => { task.title = title }))
  const remove = (id) => void offline.mutate(() => tasks.delete(id))
  client.$session.restore().catch(() => {})
  tasks.startSyncImmediate()
  tags.startSyncImmediate()
  Object.assign(globalThis, { client, storage, tasks, tags, offline, asked, refusals, add, rename, remove })`

/** Milliseconds without network. */
const OUTAGE = Number(process.env['OFFLINE_SECONDS'] ?? 3) * 1_000

const credentials = { password: 'correct horse battery staple' }

let server: ServerProcess
let pages: PageServer
let browser: Browser
let context: BrowserContext
let elsewhere: TaskwireClient
let email: string

beforeAll(async () => {
  pages = await servePage(await bundleForBrowser(SOURCE))
  server = await startServer({ DATABASE_URL: await freshServerUrl(), CORS_ORIGINS: pages.url })
  pages.target = server.url
  browser = await launchChromium()
}, 120_000)
beforeEach(async () => {
  context = await browser.newContext()
  email = `${crypto.randomUUID()}@example.com`
  elsewhere = createTaskwireClient({ url: server.url, fetch: testBrowser().fetch })
  await elsewhere.$session.signUp({ email, ...credentials })
})
afterEach(() => context.close())
afterAll(async () => {
  await browser?.close()
  await pages?.[Symbol.asyncDispose]()
  await server?.stop()
})

async function openTab(): Promise<Page> {
  const tab = await context.newPage()
  await tab.goto(pages.url)
  return tab
}

async function openSignedIn(): Promise<Page> {
  const tab = await openTab()
  await tab.evaluate((user) => client.$session.signIn(user), { email, ...credentials })
  await tab.evaluate(async () => {
    await Promise.all([tasks.stateWhenReady(), tags.stateWhenReady()])
    await offline.ready()
  })
  return tab
}

/** The page itself is there, as where a service worker keeps it, and nothing else. */
async function cutNetwork(): Promise<void> {
  await context.route('**/trpc/**', (route) => route.abort('internetdisconnected'))
}

async function mendNetwork(tab: Page): Promise<void> {
  await context.unroute('**/trpc/**')
  await tab.evaluate(() => dispatchEvent(new Event('online')))
}

/** Waits until so many transactions are in what the browser keeps. */
async function untilKept(tab: Page, count: number): Promise<void> {
  await expect.poll(() => tab.evaluate(async () => (await storage.keys()).length - 1)).toBe(count)
}

/** The ids of the rows that have changed since, in the order of their last changes. */
async function changedSince(version: number): Promise<string[]> {
  const { changes } = await elsewhere.change.list.query({ since: version, limit: 500 })
  return changes.map(({ id }) => id)
}

test('what is changed without network outlives a reload, and is sent once and in order; conflicts ask', async () => {
  const old = []
  for (let count = 0; count < 10; count += 1) old.push(await elsewhere.task.create.mutate({ title: `Old ${count}` }))
  const [first, second, ...others] = old.map(({ id }) => id)
  const tab = await openSignedIn()
  await expect.poll(() => tab.evaluate(() => tasks.size)).toBe(10)

  await cutNetwork()
  const { version } = await elsewhere.change.list.query()
  const changed: string[] = []
  const change = async (by: 'add' | 'rename' | 'remove', id: string) => {
    changed.push(id)
    await tab.evaluate(
      ([name, row]) => {
        if (name === 'add') add(row)
        else if (name === 'remove') remove(row)
        else rename(row, `Mine ${row}`)
      },
      [by, id] as const,
    )
  }
  const fresh = Array.from({ length: 10 }, () => crypto.randomUUID())
  for (const id of [...others.slice(0, 2), `${first}`]) await change('rename', id)
  for (const id of others.slice(2, 4)) await change('remove', id)
  for (const id of fresh.slice(0, 5)) await change('add', id)
  await sleep(OUTAGE / 2)
  // Kept at once, but not at the very moment.
  await expect.poll(() => tab.evaluate(() => offline.unsent())).toBe(10)
  await tab.reload()
  await tab.evaluate(() => offline.ready())
  // What of all this is without network: what was changed.
  await expect.poll(() => tab.evaluate(() => tasks.size)).toBe(8)

  for (const id of fresh.slice(5)) await change('add', id)
  for (const id of fresh.slice(0, 3)) await change('rename', id)
  for (const id of fresh.slice(3, 5)) await change('remove', id)
  await elsewhere.task.update.mutate({ id: `${first}`, title: 'Theirs' })
  await elsewhere.task.update.mutate({ id: `${second}`, title: 'Theirs' })
  await sleep(OUTAGE / 2)
  for (const procedure of ['task.create', 'task.update', 'task.delete']) pages.take(procedure)
  await mendNetwork(tab)
  await tab.evaluate(() => tasks.stateWhenReady())
  await expect.poll(() => tab.evaluate(() => offline.unsent()), { timeout: 30_000 }).toBe(0)
  const told = await changedSince(version)
  const inOrder = changed.filter((id, place) => changed.lastIndexOf(id) === place)
  expect(told.filter((id) => changed.includes(id))).toEqual(inOrder)
  expect(pages.take('task.create')).toBe(10)
  // One more for the conflict.
  expect(pages.take('task.update')).toBe(7)
  expect(pages.take('task.delete')).toBe(4)
  expect(await tab.evaluate(() => asked.map(({ id, current, mine }) => ({ id, current, mine })))).toMatchObject([
    { id: first, current: { title: 'Theirs' }, mine: { title: `Mine ${first}` } },
  ])
  expect(await tab.evaluate(() => refusals)).toEqual([])

  // Another one, of a row that is shown as it was: a stream that is open already may tell of theirs at any time.
  await cutNetwork()
  await tab.evaluate((id) => rename(id, 'Mine'), `${second}`)
  await elsewhere.task.update.mutate({ id: `${second}`, title: 'Theirs again' })
  await mendNetwork(tab)
  await expect.poll(() => tab.evaluate(() => asked.length), { timeout: 30_000 }).toBe(2)
  await expect.poll(() => tab.evaluate(() => offline.unsent())).toBe(0)
  const saved = (await elsewhere.task.list.query({ limit: 100 })).items
  expect(saved.find(({ id }) => id === second)?.title).toBe('Mine')
  const shown = await tab.evaluate(() => tasks.toArray.map(({ id, title, version }) => ({ id, title, version })))
  const ordered = (rows: { id: string; title: string; version: number }[]) =>
    rows.map(({ id, title, version }) => ({ id, title, version })).sort((one, other) => (one.id < other.id ? -1 : 1))
  await expect.poll(() => ordered(shown)).toEqual(ordered(saved))
}, 120_000)

test('what closed tabs have not sent, another one sends', async () => {
  const tabs = [await openSignedIn(), await openSignedIn(), await openSignedIn()]
  const [first, second, staying] = tabs as [Page, Page, Page]
  await cutNetwork()
  const ids = [crypto.randomUUID(), crypto.randomUUID()]
  for (const [place, tab] of [second, first].entries()) {
    await tab.evaluate((row) => add(row), `${ids[place]}`)
    await untilKept(tab, place + 1)
    await tab.close()
    // Either of the two that are left may have it.
    const counts = () =>
      Promise.all([first, staying].map((page) => (page.isClosed() ? 0 : page.evaluate(() => offline.unsent()))))
    await expect.poll(async () => (await counts()).reduce((sum, count) => sum + count, 0)).toBe(place + 1)
  }
  expect(await staying.evaluate(() => tasks.size)).toBe(2)
  // What is built on it waits for it.
  await staying.evaluate((row) => rename(row, 'Renamed'), `${ids[0]}`)
  await mendNetwork(staying)
  await expect.poll(() => staying.evaluate(() => offline.unsent()), { timeout: 30_000 }).toBe(0)
  const { items } = await elsewhere.task.list.query({})
  expect(new Map(items.map(({ id, title }) => [id, title]))).toEqual(
    new Map([
      [ids[0], 'Renamed'],
      [ids[1], ids[1]],
    ]),
  )
  expect(await staying.evaluate(() => refusals)).toEqual([])
}, 60_000)

test('each of several tabs keeps its changes over a reload, and all is sent once and in order', async () => {
  const first = await openSignedIn()
  const second = await openSignedIn()
  await cutNetwork()
  const ids = Array.from({ length: 6 }, () => crypto.randomUUID())
  const { version } = await elsewhere.change.list.query()
  for (const id of ids.slice(0, 3)) await second.evaluate((row) => add(row), id)
  expect(await second.evaluate(() => offline.unsent())).toBe(3)
  await untilKept(second, 3)
  // Whoever has the changes of a tab that is reloaded, this one or the other: they are shown and sent.
  await second.reload()
  await second.evaluate(() => offline.ready())
  const unsent = async () => {
    const counts = [first, second].map((tab) => tab.evaluate(() => offline.unsent()))
    return (await Promise.all(counts)).reduce((sum, count) => sum + count, 0)
  }
  await expect.poll(unsent).toBe(3)
  await first.close()
  await expect.poll(() => second.evaluate(() => offline.unsent())).toBe(3)
  expect(await second.evaluate(() => tasks.size)).toBe(3)
  for (const id of ids.slice(3)) await second.evaluate((row) => add(row), id)
  pages.take('task.create')
  await mendNetwork(second)
  await expect.poll(() => second.evaluate(() => offline.unsent()), { timeout: 30_000 }).toBe(0)
  expect(await changedSince(version)).toEqual(ids)
  expect(pages.take('task.create')).toBe(6)
  expect(await second.evaluate(() => asked)).toEqual([])
}, 60_000)
