import { QueryClient, QueryObserver } from '@tanstack/react-query'
import type { AppRouter } from '@taskwire/router'
import { testUser } from '@taskwire/router/testing'
import { createTRPCOptionsProxy } from '@trpc/tanstack-react-query'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { createTaskwireClient } from '../client.ts'
import { testBrowser } from '../testing/browser.ts'
import { serveRouter, type TestServer } from '../testing/serve-router.ts'
import { keepQueriesCurrent } from './keep-queries-current.ts'

let server: TestServer
beforeAll(async () => {
  server = await serveRouter()
})
afterAll(() => server.close())

test('what is cached follows what happens on other devices, in few reads', async () => {
  const ada = await testUser(server.services)
  const browser = testBrowser()
  const client = createTaskwireClient({ url: server.url, token: ada.accessToken, fetch: browser.fetch })
  const queryClient = new QueryClient()
  const taskwire = createTRPCOptionsProxy<AppRouter>({ client, queryClient })
  const tasks = new QueryObserver(queryClient, taskwire.task.list.queryOptions())
  const tags = new QueryObserver(queryClient, taskwire.tag.list.queryOptions())
  const me = new QueryObserver(queryClient, taskwire.auth.me.queryOptions())
  const ends = [tasks, tags, me].map((observer) => observer.subscribe(() => {}))
  const keys = [taskwire.task.pathKey(), taskwire.tag.pathKey()]
  ends.push(keepQueriesCurrent({ changes: client.$changes, queryClient, keys }))
  const shown = () => ({
    tasks: tasks.getCurrentResult().data?.items.map(({ title, tags: [tag] }) => [title, tag?.name]),
    tags: tags.getCurrentResult().data?.map(({ name, taskCount }) => [name, taskCount]),
  })

  await vi.waitFor(() => expect(shown()).toEqual({ tasks: [], tags: [] }))
  const tag = await ada.client.tag.create.mutate({ name: 'Home' })
  const task = await ada.client.task.create.mutate({ title: 'Write', tagIds: [tag.id] })
  await vi.waitFor(() => expect(shown()).toEqual({ tasks: [['Write', 'Home']], tags: [['Home', 1]] }))
  await ada.client.tag.update.mutate({ id: tag.id, name: 'House' })
  await vi.waitFor(() => expect(shown()).toEqual({ tasks: [['Write', 'House']], tags: [['House', 1]] }))
  await ada.client.task.delete.mutate({ id: task.id })
  await vi.waitFor(() => expect(shown()).toEqual({ tasks: [], tags: [['House', 0]] }))

  const reads = browser.count('task.list')
  for (let index = 0; index < 20; index += 1) await ada.client.task.create.mutate({ title: `Task ${index}` })
  await vi.waitFor(() => expect(shown().tasks).toHaveLength(20))
  expect(browser.count('task.list') - reads).toBeLessThan(12)
  expect(browser.count('auth.me')).toBe(1)

  for (const end of ends) end()
  queryClient.clear()
})
