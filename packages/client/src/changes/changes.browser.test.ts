import { freshServerUrl } from '@taskwire/prisma/testing'
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import type { TaskwireClient } from '../client.ts'
import { bundleForBrowser } from '../testing/browser-bundle.ts'
import { launchChromium } from '../testing/chromium.ts'
import { type PageServer, servePage } from '../testing/page-server.ts'
import { range } from '../testing/recorder.ts'
import { type ServerProcess, startServer } from '../testing/server-process.ts'
import type { ChangesStatus } from './subscription.ts'

/** Milliseconds without a network. */
const OUTAGE = 10_000

/** In the page. */
declare const client: TaskwireClient
declare const told: {
  versions: number[]
  names: Record<string, string | null>
  resets: number[]
  statuses: { status: ChangesStatus; at: number }[]
}

/** In every tab: what it is told, and the name of each tag it knows. */
const PAGE = `
  globalThis.client = taskwire.createTaskwireClient({ url: '' })
  globalThis.told = { versions: [], names: {}, resets: [], statuses: [] }
  globalThis.follow = () => client.$changes.subscribe({
    since: 0,
    onChange(change) {
      told.versions.push(change.version)
      if (change.type === 'tag') told.names[change.id] = change.tag?.name ?? null
    },
    onReset: ({ version }) => told.resets.push(version),
    onStatus: (status) => told.statuses.push({ status, at: Date.now() }),
  })`

let server: ServerProcess
let pages: PageServer
let browser: Browser
let context: BrowserContext
let tabs: Page[]

beforeAll(async () => {
  pages = await servePage(`${await bundleForBrowser()}; ${PAGE}`)
  server = await startServer({
    DATABASE_URL: await freshServerUrl(),
    ACCESS_TOKEN_TTL: '3s',
    CORS_ORIGINS: pages.url,
  })
  pages.target = server.url
  browser = await launchChromium()
}, 120_000)
beforeEach(async () => {
  context = await browser.newContext()
  tabs = [await openTab()]
  await tabs[0]?.evaluate(async () => {
    const credentials = { email: `${crypto.randomUUID()}@example.com`, password: 'correct horse battery staple' }
    await client.$session.signUp(credentials)
  })
  await tabs[0]?.evaluate('void follow()')
  // One after the other, so that the first one is at work.
  await expect.poll(() => pages.open('change.stream')).toBe(1)
  for (let count = 2; count <= 7; count += 1) {
    const tab = await openTab()
    await tab.evaluate('void follow()')
    tabs.push(tab)
  }
})
afterEach(() => context.close())
afterAll(async () => {
  await browser?.close()
  await pages?.[Symbol.asyncDispose]()
  await server?.stop()
})

test('seven tabs stay current over one stream, and none freezes', async () => {
  let written = 0
  // Longer than a token lives, twice.
  for (const end = Date.now() + 7_000; Date.now() < end; ) {
    const writer = tabs[written % tabs.length]
    await writer?.evaluate((title) => client.task.create.mutate({ title }), `Task ${written}`)
    written += 1
    expect(pages.open('change.stream')).toBeLessThanOrEqual(1)
  }
  await expectAll(range(1, written))
}, 60_000)

test('a tag that is renamed, and one that is deleted, reach every tab', async () => {
  const id = await tabs[3]?.evaluate(async () => (await client.tag.create.mutate({ name: 'Home' })).id)
  await expectNames({ [`${id}`]: 'Home' })
  await tabs[6]?.evaluate((tag) => client.tag.update.mutate({ id: `${tag}`, name: 'House' }), id)
  await expectNames({ [`${id}`]: 'House' })
  await tabs[0]?.evaluate((tag) => client.tag.delete.mutate({ id: `${tag}` }), id)
  await expectNames({ [`${id}`]: null })
})

test('when the tab that has the stream is closed, another goes on from there', async () => {
  for (let left = 7; left > 2; left -= 1) {
    await tabs.at(-1)?.evaluate(() => client.task.create.mutate({ title: 'Before' }))
    await tabs.shift()?.close()
    await tabs.at(-1)?.evaluate(() => client.task.create.mutate({ title: 'After' }))
  }
  await expectAll(range(1, 10))
  await expect.poll(() => pages.open('change.stream')).toBe(1)
}, 60_000)

test('when the tab that has the stream is frozen, one that is looked at takes over', async () => {
  // To the others a frozen tab is one that says nothing.
  await tabs[0]?.evaluate(() => {
    BroadcastChannel.prototype.postMessage = () => {}
  })
  await tabs[6]?.bringToFront()
  await tabs[6]?.evaluate(() => client.task.create.mutate({ title: 'Unheard' }))
  for (const tab of tabs.slice(1)) {
    await expect.poll(() => tab.evaluate(() => told.versions), { timeout: 30_000 }).toEqual([1])
  }
  await tabs[6]?.evaluate(() => client.task.create.mutate({ title: 'Heard' }))
  await expectAll([1, 2])
  await expect.poll(() => pages.open('change.stream')).toBe(1)
}, 60_000)

test('every tab says how changes come, also one that joins late', async () => {
  await expectStatus('live')
  pages.answers.set('change.stream', { status: 403, body: 'Forbidden' })
  // The tab that has the stream loses it.
  await tabs.shift()?.close()
  await expectStatus('polling')
  const late = await openTab()
  await late.evaluate('void follow()')
  await expect.poll(() => late.evaluate(() => client.$changes.status), { timeout: 2_000 }).toBe('polling')
  tabs.push(late)
  pages.answers.clear()
  await expectStatus('live')
}, 60_000)

test('after an outage every tab is live again within two seconds, also where the one with the stream is frozen', async () => {
  await expectStatus('live')
  await tabs[0]?.evaluate(() => {
    BroadcastChannel.prototype.postMessage = () => {}
  })
  await context.setOffline(true)
  await tabs[6]?.bringToFront()
  await new Promise((resolve) => setTimeout(resolve, OUTAGE))
  await tabs[6]?.evaluate(() => told.statuses.splice(0))
  const back = Date.now()
  await context.setOffline(false)
  await expectStatus('live', tabs.slice(1))
  const written = await tabs[6]?.evaluate(() => client.task.create.mutate({ title: 'After' }))
  expect(written?.version).toBe(1)
  await expectAll([1], tabs.slice(1))
  const live = await tabs[6]?.evaluate(() => told.statuses.findLast(({ status }) => status === 'live')?.at)
  expect((live ?? Number.POSITIVE_INFINITY) - back).toBeLessThan(2_000)
}, 120_000)

test('a sign-out in one tab ends the stream of all', async () => {
  await tabs[5]?.evaluate(() => client.$session.signOut())
  await expect.poll(() => pages.open('change.stream')).toBe(0)
})

async function expectStatus(status: ChangesStatus, of = tabs): Promise<void> {
  for (const tab of of) {
    await expect.poll(() => tab.evaluate(() => client.$changes.status), { timeout: 15_000 }).toBe(status)
  }
}

async function expectAll(versions: number[], of = tabs): Promise<void> {
  for (const tab of of) {
    await expect.poll(() => tab.evaluate(() => told.versions), { timeout: 10_000 }).toEqual(versions)
    expect(await tab.evaluate(() => told.resets)).toEqual([])
  }
}

async function expectNames(names: Record<string, string | null>): Promise<void> {
  for (const tab of tabs) await expect.poll(() => tab.evaluate(() => told.names), { timeout: 5_000 }).toEqual(names)
}

async function openTab(): Promise<Page> {
  const tab = await context.newPage()
  await tab.goto(pages.url)
  return tab
}
