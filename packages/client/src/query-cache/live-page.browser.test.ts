import { setTimeout as sleep } from 'node:timers/promises'
import { openDatabase } from '@taskwire/prisma'
import { freshServerUrl } from '@taskwire/prisma/testing'
import type { Browser, BrowserContext, Page, Request } from 'playwright-core'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { createTaskwireClient, type TaskwireTokenClient } from '../index.ts'
import { newId } from '../new-id.ts'
import { launchChromium } from '../testing/chromium.ts'
import type { LivePage } from '../testing/live-page.ts'
import { bundleLivePage } from '../testing/live-page-bundle.ts'
import { type PageServer, servePage } from '../testing/page-server.ts'
import { type ServerProcess, startServer } from '../testing/server-process.ts'

/** In the page. */
declare const page: LivePage

/** Seconds in which a tool writes ten times each. */
const WRITING = Number(process.env['LIVE_WRITING'] ?? 6)

/** Milliseconds from the answer to the last write until every tab shows it: 1 s, and more for a machine that does other work. */
const LONGEST_LAG = 3_000

const TASKS = 185
const READS = ['task.list', 'task.get', 'tag.list']
const PASSWORD = 'correct horse battery staple'

let url: string
let server: ServerProcess
let pages: PageServer
let browser: Browser
let context: BrowserContext
let tool: TaskwireTokenClient
const tabs: Page[] = []
const reads: string[] = []
/** The procedures that each tab has called. */
const seen = new Map<Page, string[]>()
const refusals: string[] = []

beforeAll(async () => {
  pages = await servePage(await bundleLivePage())
  url = await freshServerUrl()
  // With the limits that everybody has.
  server = await startServer({ DATABASE_URL: url, CORS_ORIGINS: pages.url, RATE_LIMIT_MULTIPLIER: '1' })
  pages.target = server.url
  browser = await launchChromium()
  context = await browser.newContext()
  context.on('request', note)
  context.on('response', (response) => {
    if (response.status() >= 400) refusals.push(`${response.status()} ${response.url()}`)
  })
  const tab = await openTab()
  const token = await tab.evaluate(async (password) => {
    await page.client.$session.signUp({ email: 'ada@example.com', password })
    return (await page.client.apiToken.create.mutate({ name: 'Tool', password })).token
  }, PASSWORD)
  tool = createTaskwireClient({ url: server.url, token })
  await makeTasks()
  await tab.close()
  tabs.splice(0)
  refusals.splice(0)
  for (let opened = 0; opened < 3; opened += 1) await openTab()
  for (const each of tabs) await readAllPages(each)
}, 120_000)
afterAll(async () => {
  await browser?.close()
  await pages?.[Symbol.asyncDispose]()
  await server?.stop()
})

test('three tabs of nine pages follow a tool that writes ten times a second, and read nothing again', async () => {
  await Promise.all(tabs.map(expectSettled))
  await untilNobodyReads()
  reads.splice(0)
  const writes = await writeFor(WRITING * 1_000)
  const answeredAt = Date.now()
  const expected = await inDatabase()
  await Promise.all(tabs.map((tab) => expectBeginningOf(expected, tab)))
  const lastChanges = await Promise.all(tabs.map((tab) => tab.evaluate(() => page.changedAt)))
  const lag = Math.max(...lastChanges) - answeredAt
  const tags = (await tool.tag.list.query()).map(({ name, taskCount }) => `${name} ${taskCount}`)
  for (const tab of tabs) {
    expect(await tab.evaluate(() => page.tags())).toEqual(tags)
    expect(await tab.evaluate(() => page.isWell())).toBe(true)
  }
  process.stdout.write(
    `${writes} writes; three tabs read ${reads.length} times and are equal ${lag} ms after the last\n`,
  )
  expect(reads).toEqual([])
  expect(lag).toBeLessThan(LONGEST_LAG)
  expect(refusals).toEqual([])
}, 120_000)

test('a task that is being added is in every frame once, whatever else is written', async () => {
  const [tab] = tabs
  await tab?.bringToFront()
  let release = () => {}
  const released = new Promise<void>((resolve) => {
    release = resolve
  })
  await tab?.route('**/trpc/task.create*', async (route) => {
    await released
    await route.continue()
  })
  const held = await tab?.evaluate(() => {
    const added = page.add('Held')
    page.record(added)
    return added
  })
  await writeFor(1_500)
  expect(await inDatabase()).not.toContainEqual(expect.stringContaining(`${held}`))
  release()
  await expect.poll(async () => (await inDatabase()).some((each) => each.startsWith(`${held}`))).toBe(true)
  const expected = await inDatabase()
  await expectBeginningOf(expected, tab)
  const frames = await tab?.evaluate(() => page.frames)
  const fromFirst = frames?.slice(frames.indexOf(1))
  expect(fromFirst?.length).toBeGreaterThan(20)
  expect(new Set(fromFirst)).toEqual(new Set([1]))
}, 60_000)

/** Resolves once what was read before the feed began has been read again, and the version has been asked for. */
async function expectSettled(tab: Page): Promise<void> {
  const asked = (name: string) => seen.get(tab)?.lastIndexOf(name) ?? -1
  await vi.waitFor(() => expect(asked('change.list')).toBeGreaterThan(asked('tag.list')), { timeout: 20_000 })
  await tab.evaluate(() => page.client.$changes.until(0))
}

/** Resolves once no tab reads any more: nine pages are read one after another, and a busy machine takes its time. */
async function untilNobodyReads(): Promise<void> {
  for (let known = -1; known !== reads.length; ) {
    known = reads.length
    await sleep(2_000)
  }
}

/** As many of the tasks as the tab's pages hold. */
async function expectBeginningOf(expected: string[], tab: Page | undefined): Promise<void> {
  await vi.waitFor(
    async () => {
      const shown = await shownIn(tab)
      expect(shown).toEqual(expected.slice(0, shown?.length))
      expect(shown?.length).toBeGreaterThan(150)
    },
    { timeout: 20_000, interval: 20 },
  )
}

function note(request: Request): void {
  const procedures = new URL(request.url()).pathname.replace('/trpc/', '').split(',')
  const tab = request.frame().page()
  seen.set(tab, [...(seen.get(tab) ?? []), ...procedures])
  reads.push(...procedures.filter((procedure) => READS.includes(procedure)))
}

async function openTab(): Promise<Page> {
  const tab = await context.newPage()
  await tab.goto(pages.url)
  tabs.push(tab)
  return tab
}

async function readAllPages(tab: Page): Promise<void> {
  await vi.waitFor(async () => expect(await shownIn(tab)).toHaveLength(20), { timeout: 20_000 })
  for (let read = 2; read <= 9; read += 1) {
    await tab.evaluate(() => page.readNextPage())
    const length = Math.min(read * 20, TASKS)
    await vi.waitFor(async () => expect(await shownIn(tab)).toHaveLength(length), { timeout: 20_000 })
  }
}

async function shownIn(tab: Page | undefined): Promise<string[] | undefined> {
  return tab?.evaluate(() => page.shown())
}

/** Each task with its version, in the order of the list. */
async function inDatabase(): Promise<string[]> {
  const shown: string[] = []
  for (let cursor: string | null | undefined; cursor !== null; ) {
    const { items, nextCursor } = await tool.task.list.query({ limit: 100, cursor })
    shown.push(...items.map(({ id, version }) => `${id} ${version}`))
    cursor = nextCursor
  }
  return shown
}

/** Writes ten times a second, of every kind. @returns how often */
async function writeFor(milliseconds: number): Promise<number> {
  const tag = await tool.tag.create.mutate({ name: `Tag ${newId()}` })
  const { items } = await tool.task.list.query({ limit: 100 })
  const ids = items.map(({ id }) => id)
  const end = performance.now() + milliseconds
  let writes = 0
  while (performance.now() < end) {
    const due = performance.now() + 100
    const id = ids[(writes * 7) % ids.length] ?? ''
    const kind = writes % 5
    if (kind === 0) ids.push((await tool.task.create.mutate({ title: `New ${writes}`, tagIds: [tag.id] })).id)
    else if (kind === 1) await tool.task.update.mutate({ id, title: `Changed ${writes}` })
    else if (kind === 2) await tool.task.setCompleted.mutate({ id, completed: writes % 2 === 0 })
    else if (kind === 3) await tool.task.update.mutate({ id, tagIds: writes % 2 === 0 ? [] : [tag.id] })
    else await tool.task.delete.mutate({ id: ids.splice(ids.indexOf(id), 1)[0] ?? '' })
    writes += 1
    await sleep(due - performance.now())
  }
  return writes
}

async function makeTasks(): Promise<void> {
  await using db = await openDatabase({ url, dataDir: '' })
  await db.client.$executeRaw`
    INSERT INTO tasks (user_id, id, title)
    SELECT users.id, gen_random_uuid(), 'Task ' || number FROM users, generate_series(1, ${TASKS}::int) number`
}
