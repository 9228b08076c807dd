import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { freshServerUrl, type TemporaryFolder, temporaryFolder } from '@taskwire/prisma/testing'
import type { BrowserContext, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { TaskwireClient } from '../client.ts'
import { bundleForBrowser } from '../testing/browser-bundle.ts'
import { launchProfile } from '../testing/chromium.ts'
import { type PageServer, servePage } from '../testing/page-server.ts'
import { type ServerProcess, startServer } from '../testing/server-process.ts'

/** In the page. */
declare const client: TaskwireClient
declare const told: string[]

const PAGE = `
  globalThis.client = taskwire.createTaskwireClient({ url: '' })
  globalThis.told = []
  globalThis.follow = () => client.$changes.subscribe({
    since: 0,
    onChange: (change) => told.push(change.task?.title),
    onReset() {},
  })`

/** Seconds. */
const TTL = 3

let server: ServerProcess
let pages: PageServer
let profile: TemporaryFolder
let context: BrowserContext
let thrown: string[]

beforeAll(async () => {
  pages = await servePage(`${await bundleForBrowser()}; ${PAGE}`)
  server = await startServer({
    DATABASE_URL: await freshServerUrl(),
    ACCESS_TOKEN_TTL: `${TTL}s`,
    CORS_ORIGINS: `${pages.url},${plainUrl()}`,
  })
  pages.target = server.url
}, 120_000)
beforeEach(() => {
  thrown = []
  profile = temporaryFolder()
})
afterEach(async () => {
  await context?.close()
  profile[Symbol.dispose]()
})
afterAll(async () => {
  await pages?.[Symbol.asyncDispose]()
  await server?.stop()
})

describe('a page whose site may store nothing', () => {
  beforeEach(async () => {
    await mkdir(join(profile.path, 'Default'))
    const blocked = { profile: { default_content_setting_values: { cookies: 2 } } }
    await writeFile(join(profile.path, 'Default/Preferences'), JSON.stringify(blocked))
    context = await launchProfile(profile.path)
  })

  test('signs in, calls, and is told what changes, for as long as its token lives', async () => {
    const tab = await openTab(pages.url)
    expect(await tab.evaluate(() => navigator.locks.request('any', () => true).catch(() => false))).toBe(false)
    await signUp(tab)
    await followAndWrite(tab)
    expect(thrown).toEqual([])
  })

  test('says that nobody is signed in once the token has ended, and can sign in again', async () => {
    const tab = await openTab(pages.url)
    await signUp(tab)
    await tab.waitForTimeout((TTL + 1) * 1_000)
    expect(await tab.evaluate(() => client.auth.me.query().catch((error) => error.reason))).toBe('TOKEN_MISSING')
    expect(await tab.evaluate(() => client.$session.status)).toBe('signedOut')
    await signUp(tab)
    expect(await tab.evaluate(() => client.$session.status)).toBe('signedIn')
    expect(thrown).toEqual([])
  })
})

describe('a page by plain http, where browsers have no locks', () => {
  beforeEach(async () => {
    context = await launchProfile(profile.path, ['--host-resolver-rules=MAP tasks.test 127.0.0.1'])
  })

  test('keeps its session beyond a reload and many renewals, in two tabs, and each is told what changes', async () => {
    const tab = await openTab(plainUrl())
    expect(await tab.evaluate(() => 'locks' in navigator)).toBe(false)
    await signUp(tab)
    const other = await openTab(plainUrl())
    expect(await other.evaluate(async () => (await client.$session.restore())?.email)).toBeDefined()
    for (const each of [tab, other]) await followAndWrite(each)
    for (let round = 0; round < 3; round += 1) {
      await tab.waitForTimeout(TTL * 1_000)
      for (const each of [tab, other]) expect(await each.evaluate(() => client.auth.me.query())).toBeDefined()
    }
    await tab.reload()
    expect(await tab.evaluate(async () => (await client.$session.restore())?.email)).toBeDefined()
    expect(thrown).toEqual([])
  })
})

function plainUrl(): string {
  return pages.url.replace('localhost', 'tasks.test')
}

async function openTab(url: string): Promise<Page> {
  const tab = await context.newPage()
  tab.on('pageerror', (error) => thrown.push(String(error)))
  await tab.goto(url)
  return tab
}

async function signUp(tab: Page): Promise<void> {
  await tab.evaluate(async (email) => {
    await client.$session.signUp({ email, password: 'correct horse battery staple' })
  }, `${crypto.randomUUID()}@example.com`)
}

async function followAndWrite(tab: Page): Promise<void> {
  const title = `Written at ${Date.now()}`
  await tab.evaluate('void follow()')
  await tab.evaluate((text) => client.task.create.mutate({ title: text }), title)
  await expect.poll(() => tab.evaluate(() => told), { timeout: 10_000 }).toContain(title)
}
