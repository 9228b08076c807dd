import { openDatabase } from '@taskwire/prisma'
import { freshServerUrl } from '@taskwire/prisma/testing'
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import type { TaskwireClient } from './client.ts'
import { bundleForBrowser } from './testing/browser-bundle.ts'
import { launchChromium } from './testing/chromium.ts'
import { type PageServer, servePage } from './testing/page-server.ts'
import { type ServerProcess, startServer } from './testing/server-process.ts'

/** In the page. */
declare const client: TaskwireClient
declare const taskwire: typeof import('./index.ts')

/** Seconds. */
const TTL = 2

let variables: Record<string, string>
let server: ServerProcess
let pages: PageServer
let browser: Browser
let context: BrowserContext
let page: Page

beforeAll(async () => {
  const script = `${await bundleForBrowser()}; globalThis.client = taskwire.createTaskwireClient({ url: '' })`
  pages = await servePage(script)
  variables = {
    DATABASE_URL: await freshServerUrl(),
    ACCESS_TOKEN_TTL: `${TTL}s`,
    CORS_ORIGINS: `${pages.url},${otherSite()}`,
  }
  server = await startServer(variables)
  pages.target = server.url
  browser = await launchChromium()
}, 120_000)
beforeEach(async () => {
  context = await browser.newContext()
  page = await openTab()
  await page.evaluate(async () => {
    const credentials = { email: `${crypto.randomUUID()}@example.com`, password: 'correct horse battery staple' }
    await client.$session.signUp(credentials)
  })
  pages.take('auth.refresh')
  pages.take('auth.restore')
})
afterEach(async () => {
  pages.answers.clear()
  await context.close()
})
afterAll(async () => {
  await browser?.close()
  await pages?.[Symbol.asyncDispose]()
  await server?.stop()
})

test('fifty calls at once with an expired token: one refresh, fifty answers', async () => {
  await expire()
  const emails = await page.evaluate(async () => {
    const users = await Promise.all(Array.from({ length: 50 }, () => client.auth.me.query()))
    return users.map(({ email }) => email)
  })
  expect(emails).toHaveLength(50)
  expect(new Set(emails).size).toBe(1)
  expect(pages.take('auth.refresh')).toBe(1)
})

test('two tabs that need a refresh at once make one, and both are signed in', async () => {
  const other = await openTab()
  await other.evaluate(() => client.$session.restore())
  pages.take('auth.refresh')
  const before = await generation()
  for (let round = 1; round <= 5; round += 1) {
    await expire()
    await ageSessions()
    await Promise.all([page, other].map((tab) => tab.evaluate(() => client.auth.me.query())))
    expect([await status(page), await status(other)]).toEqual(['signedIn', 'signedIn'])
    expect(pages.take('auth.refresh')).toBe(1)
    expect(await generation()).toBe(before + round)
  }
})

test('a sign-out in one tab is one in the other, and after a reload', async () => {
  const other = await openTab()
  await other.evaluate(() => client.$session.restore())
  expect(await status(other)).toBe('signedIn')

  await page.evaluate(() => client.$session.signOut())

  await expect.poll(() => status(other)).toBe('signedOut')
  await other.reload()
  expect(await other.evaluate(() => client.$session.restore())).toBe(null)
})

test('a reload restores the session', async () => {
  const email = await page.evaluate(() => client.$session.user?.email)
  await page.reload()
  expect(await status(page)).toBe('unknown')
  expect(await page.evaluate(async () => (await client.$session.restore())?.email)).toBe(email)
})

test('a restart of the server signs nobody out', async () => {
  await server.stop()
  await expire()
  expect(await reasonOfCall()).toBe('NETWORK')
  expect(await status(page)).toBe('signedIn')
  server = await startServer(variables)
  pages.target = server.url
  expect(await reasonOfCall()).toBe('none')
}, 60_000)

test.each([
  ['RATE_LIMITED', 429],
  ['UNAVAILABLE', 503],
])('%s in answer to a refresh signs nobody out', async (reason, status_) => {
  await expire()
  const data = { code: 'CODE', httpStatus: status_, reason, requestId: 'test', retryAfter: 0.1 }
  pages.answers.set('auth.refresh', {
    status: status_,
    body: { error: { json: { code: -32000, message: reason, data } } },
  })
  expect(await reasonOfCall()).toBe(reason)
  expect(await status(page)).toBe('signedIn')
  pages.answers.clear()
  expect(await reasonOfCall()).toBe('none')
})

test('a network that is cut for half a minute signs nobody out, however often it is tried', async () => {
  await context.setOffline(true)
  await expire()
  const back = Date.now() + 30_000
  do {
    expect(await reasonOfCall()).toBe('NETWORK')
    expect(await status(page)).toBe('signedIn')
  } while (Date.now() < back)
  await context.setOffline(false)
  expect(await reasonOfCall()).toBe('none')
})

test.each([-10, 10])('a clock that is wrong by %i minutes changes nothing', async (minutes) => {
  await context.addInitScript((milliseconds) => {
    const { now } = Date
    Date.now = () => now() + milliseconds
    globalThis.Date = new Proxy(Date, {
      construct: (target, given) => Reflect.construct(target, given.length === 0 ? [target.now()] : given),
    })
  }, minutes * 60_000)
  await page.reload()
  await page.evaluate(() => client.$session.restore())
  expect(pages.take('auth.restore')).toBe(1)

  expect(await reasonOfCall()).toBe('none')
  expect(await reasonOfCall()).toBe('none')
  expect(pages.take('auth.refresh')).toBe(0)
  await expire()
  expect(await reasonOfCall()).toBe('none')
  expect(pages.take('auth.refresh')).toBe(1)
  expect(await status(page)).toBe('signedIn')
})

test('a page of another origin on the same site has a session', async () => {
  expect(await failureOfRenewal()).toBe('none')
})

test('a page of another site is told at the sign-in why it has none', async () => {
  await page.goto(otherSite())
  expect(await failureOfRenewal()).toMatch(/^The browser has not kept the session cookie of .* needs COOKIE_CROSS_SITE/)
})

/** Signs up at the server's own address, and calls once the access token has expired. */
function failureOfRenewal(): Promise<string> {
  return page.evaluate(
    async ({ url, life }) => {
      const direct = taskwire.createTaskwireClient({ url })
      const credentials = { email: `${crypto.randomUUID()}@example.com`, password: 'correct horse battery' }
      try {
        await direct.$session.signUp(credentials)
        await new Promise((resolve) => setTimeout(resolve, life))
        await direct.auth.me.query()
        return 'none'
      } catch (error) {
        return (error as Error).message
      }
    },
    { url: server.url, life: TTL * 1_000 + 100 },
  )
}

/** The page's server by a name that is another site's. */
function otherSite(): string {
  return pages.url.replace('localhost', '127.0.0.1')
}

async function openTab(): Promise<Page> {
  const tab = await context.newPage()
  await tab.goto(pages.url)
  return tab
}

/** Lets the access token come to its end. */
async function expire(): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, TTL * 1_000 + 100))
}

function status(tab: Page): Promise<string> {
  return tab.evaluate(() => client.$session.status)
}

/** What becomes of a call: `none`, or the reason of its failure. */
function reasonOfCall(): Promise<string> {
  return page.evaluate(() =>
    client.auth.me.query().then(
      () => 'none',
      (error) => error.reason,
    ),
  )
}

/** Past the half minute in which the server repeats a rotation. */
async function ageSessions(): Promise<void> {
  await using db = await openDatabase({ url: variables['DATABASE_URL'], dataDir: '' })
  await db.client.$executeRaw`UPDATE sessions SET rotated_at = rotated_at - interval '1 minute'`
}

async function generation(): Promise<number> {
  await using db = await openDatabase({ url: variables['DATABASE_URL'], dataDir: '' })
  const session = await db.client.session.findFirst({ orderBy: { createdAt: 'desc' } })
  return session?.generation ?? Number.NaN
}
