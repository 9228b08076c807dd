import { freshServerUrl } from '@taskwire/prisma/testing'
import type { Browser, BrowserContext } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { launchChromium } from '../testing/chromium.ts'
import { documentedFiles } from '../testing/documented-files.ts'
import { makeProject, type Project } from '../testing/project.ts'
import { type ServerProcess, startServer } from '../testing/server-process.ts'
import { type Complaints, liveThroughADay, openTab, signUp } from '../testing/todo-visitor.ts'

describe('the documented application of Next.js', () => {
  let server: ServerProcess
  let project: Project
  let browser: Browser
  let context: BrowserContext
  let complaints: Complaints
  let url: string

  beforeAll(async () => {
    server = await startServer({ DATABASE_URL: await freshServerUrl() })
    browser = await launchChromium()
    project = await makeProject(
      ...['next@16', 'react@19', 'react-dom@19', '@tanstack/react-query@5', 'typescript@5.9.3'],
      ...['@types/react@19', '@types/react-dom@19', '@types/node@20'],
    )
    const app = documentedFiles('docs/frontends.md', 'Vite, by its proxy')['src/App.tsx']
    await project.write({
      ...documentedFiles('docs/frontends.md', 'Next.js'),
      'app/app.tsx': `'use client'\n\n${app}`,
      '.env': `TASKWIRE_URL=${server.url}`,
    })
    // It checks the types as well.
    await project.run('npx', 'next', 'build')
    url = await project.serve('npx', 'next', 'start')
  }, 300_000)
  beforeEach(async () => {
    complaints = []
    context = await browser.newContext()
  })
  afterEach(() => context.close())
  afterAll(async () => {
    await project?.[Symbol.asyncDispose]()
    await browser?.close()
    await server?.stop()
  })

  test('lives through a day, without one complaint in the console', async () => {
    await liveThroughADay(context, url, complaints)
    expect(complaints).toEqual([])
  })

  test('is rendered on the server for who is signed in, and hydrated without a request', async () => {
    const { email } = await signUp(context, url, complaints)
    const html = await (await context.request.get(url)).text()
    expect(html).toContain(email)
    expect(html).toContain('Water the plants')

    const requests: string[] = []
    context.on('request', (request) => requests.push(new URL(request.url()).pathname))
    const tab = await openTab(context, url, complaints)
    await tab.getByRole('heading', { name: email }).waitFor()
    expect(requests.filter((path) => /auth\.|task\./.test(path))).toEqual([])
    expect(complaints).toEqual([])
  })

  test('keeps the session through many visits, side by side', async () => {
    const { email } = await signUp(context, url, complaints)
    for (let round = 0; round < 5; round += 1) {
      const pages = await Promise.all(Array.from({ length: 6 }, () => context.request.get(url)))
      for (const page of pages) expect(await page.text()).toContain(email)
    }
    const tab = await openTab(context, url, complaints)
    await tab.getByRole('heading', { name: email }).waitFor()
  })
})
