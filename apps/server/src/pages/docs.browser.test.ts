import { chromium, type Page } from 'playwright-core'
import { expect } from 'vitest'
import { testWith } from '../testing/fixture.ts'
import { PASSWORD, registeredRestCalls } from '../testing/rest-calls.ts'

const SIZES = [
  { width: 390, height: 844 },
  { width: 1440, height: 900 },
]

/** What a page must not do: complain (of what our content security policy refuses, too), or ask another host. */
interface Faults {
  complaints: string[]
  foreign: string[]
}
const NONE: Faults = { complaints: [], foreign: [] }

interface Tab extends AsyncDisposable {
  page: Page
  faults: Faults
}

const test = testWith({}).extend('open', { scope: 'file' }, async ({ server }, { onCleanup }) => {
  const browser = await chromium.launch({
    executablePath: '/usr/bin/chromium',
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-background-networking',
      '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1',
    ],
  })
  onCleanup(() => browser.close())
  return async (path: string, colorScheme: 'light' | 'dark' = 'light'): Promise<Tab> => {
    const context = await browser.newContext({ colorScheme, baseURL: server.url })
    const page = await context.newPage()
    const faults = watch(page, server.url)
    await page.goto(path)
    await page.getByRole('heading', { level: 1 }).waitFor()
    return { page, faults, [Symbol.asyncDispose]: () => context.close() }
  }
})

test('whoever signs in on the reference makes a task there', async ({ open, server }) => {
  const { call, email } = await registeredRestCalls(server)
  await using tab = await open('/docs')
  const { page, faults } = tab
  await page.locator('.btn.authorize').click()
  await page.locator('#oauth_username').fill(email)
  await page.locator('#oauth_password').fill(PASSWORD)
  expect(
    await page
      .getByLabel(/client_id|client_secret/)
      .filter({ visible: true })
      .count(),
  ).toBe(0)
  const [signIn] = await Promise.all([
    page.waitForRequest('**/api/auth/token'),
    page.getByRole('button', { name: 'Apply given OAuth2 credentials' }).click(),
  ])
  await page.getByRole('button', { name: 'Remove authorization' }).first().waitFor()
  await page.locator('.btn-done').first().click()
  // Of the user alone, not of an application.
  expect(await signIn.allHeaders()).not.toHaveProperty('authorization')

  const operation = page.locator('#operations-tasks-createTask')
  await operation.locator('.opblock-summary-control').click()
  await operation.getByRole('button', { name: 'Try it out' }).click()
  await operation.locator('textarea').fill('{"title":"Water the roses"}')
  await operation.getByRole('button', { name: 'Execute' }).click()
  await operation.locator('.live-responses-table .response-col_status', { hasText: '201' }).waitFor()
  expect((await call('GET', '/tasks')).body).toMatchObject({ items: [{ title: 'Water the roses' }] })

  // A token that is kept there outlives the page.
  expect(await page.evaluate(() => [localStorage.length, sessionStorage.length])).toEqual([0, 0])
  // A cookie too, and it takes the place of the session that was there.
  expect(await page.context().cookies()).toEqual([])
  expect(faults).toEqual(NONE)
})

test.for(['/', '/docs', '/nowhere'])('%s fits phones and desks, in light and in dark', async (path, { open }) => {
  for (const colorScheme of ['light', 'dark'] as const) {
    await using tab = await open(path, colorScheme)
    const { page, faults } = tab
    if (path === '/docs') {
      await page.locator('#operations-tasks-getTask .opblock-summary-control').click()
      await page.locator('td.header-col').first().waitFor()
    }
    for (const size of SIZES) {
      await page.setViewportSize(size)
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(size.width)
    }
    for (const brightness of await brightnessOfTexts(page)) {
      expect(colorScheme === 'dark' ? brightness : -brightness).toBeGreaterThan(128)
    }
    expect(faults).toEqual(NONE)
  }
})

/** How much brighter texts are than the page behind them, of 255; below 0 where they are darker. */
async function brightnessOfTexts(page: Page): Promise<number[]> {
  return page.evaluate(() => {
    const brightness = (color: string) => Number(/\d+/.exec(color)?.[0])
    const ground = brightness(getComputedStyle(document.body).backgroundColor)
    const texts = document.querySelectorAll('body, .opblock-summary-path, .parameter__in, td.header-col')
    return Array.from(texts, (text) => brightness(getComputedStyle(text).color) - ground)
  })
}

function watch(page: Page, ownUrl: string): Faults {
  const faults: Faults = { complaints: [], foreign: [] }
  page.on('console', (message) => {
    // That the page itself is a 404 is what was asked for.
    const expected = message.location().url === page.url() && message.text().startsWith('Failed to load resource')
    if (/^(?:error|warning)$/.test(message.type()) && !expected) faults.complaints.push(message.text())
  })
  page.on('pageerror', ({ message }) => faults.complaints.push(message))
  page.on('request', (request) => {
    if (!request.url().startsWith(`${ownUrl}/`) && !request.url().startsWith('data:'))
      faults.foreign.push(request.url())
  })
  return faults
}
