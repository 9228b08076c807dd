import { freshServerUrl } from '@taskwire/prisma/testing'
import type { Browser, BrowserContext } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { launchChromium } from '../testing/chromium.ts'
import { documentedFiles } from '../testing/documented-files.ts'
import { makeProject, type Project } from '../testing/project.ts'
import { type ServerProcess, startServer } from '../testing/server-process.ts'
import { type Complaints, liveThroughADay } from '../testing/todo-visitor.ts'

let server: ServerProcess
let browser: Browser
let context: BrowserContext
let complaints: Complaints

beforeAll(async () => {
  server = await startServer({ DATABASE_URL: await freshServerUrl() })
  browser = await launchChromium()
})
beforeEach(async () => {
  complaints = []
  context = await browser.newContext()
})
afterEach(() => context.close())
afterAll(async () => {
  await browser?.close()
  await server?.stop()
})

describe.each(['18', '19'])('the documented application with React %s in strict mode', (react) => {
  let project: Project
  beforeAll(async () => {
    project = await makeProject(
      ...[`react@${react}`, `react-dom@${react}`, `@types/react@${react}`, `@types/react-dom@${react}`],
      ...['@tanstack/react-query@5', 'vite', '@vitejs/plugin-react', 'typescript@5.9.3'],
    )
    await project.write(documentedFiles('docs/frontends.md', 'Vite, by its proxy'))
    await project.write({ '.env': '' })
  }, 180_000)
  afterAll(() => project?.[Symbol.asyncDispose]())

  test('type-checks', async () => {
    const compilerOptions = {
      ...{ strict: true, noEmit: true, skipLibCheck: false, jsx: 'react-jsx' },
      ...{ target: 'es2023', module: 'esnext', moduleResolution: 'bundler' },
      ...{ lib: ['es2023', 'esnext.disposable', 'dom', 'dom.iterable'], types: [] },
    }
    await project.write({ 'tsconfig.json': JSON.stringify({ compilerOptions, include: ['src'] }) })
    expect(await project.run('npx', 'tsc', '--pretty', 'false').catch(({ stdout }) => stdout)).toBe('')
  })

  test("by Vite's proxy lives through a day, without one complaint in the console", async () => {
    const config = documentedFiles('docs/frontends.md', 'Vite, by its proxy')['vite.config.ts'] ?? ''
    await project.write({ 'vite.config.ts': config.replace('http://localhost:3000', server.url) })
    const url = await project.serve('npx', 'vite')
    await liveThroughADay(context, url, complaints)
    expect(complaints).toEqual([])
  })

  test('by CORS does so as well', async () => {
    const main = documentedFiles('docs/frontends.md', 'Vite, by its proxy')['src/main.tsx'] ?? ''
    await project.write({ 'src/main.tsx': main.replace("url: ''", `url: '${server.url}'`) })
    const url = await project.serve('npx', 'vite')
    await liveThroughADay(context, url, complaints)
    expect(complaints).toEqual([])
  })
})
