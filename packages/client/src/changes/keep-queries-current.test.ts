import { QueryClient, QueryObserver } from '@tanstack/react-query'
import type { AppRouter } from '@taskwire/router'
import { createTRPCOptionsProxy } from '@trpc/tanstack-react-query'
import { expect } from 'vitest'
import { newId } from '../new-id.ts'
import { eventually, test } from '../testing/client-test.ts'
import { keepQueriesCurrent } from './keep-queries-current.ts'

test('what is cached follows what happens on other devices, in few reads', async ({ ada, browser, tool: client }) => {
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

  await eventually(() => expect(shown()).toEqual({ tasks: [], tags: [] }))
  const tag = await ada.client.tag.create.mutate({ name: 'Home' })
  const task = await ada.client.task.create.mutate({ title: 'Write', tagIds: [tag.id] })
  await eventually(() => expect(shown()).toEqual({ tasks: [['Write', 'Home']], tags: [['Home', 1]] }))
  await ada.client.tag.update.mutate({ id: tag.id, name: 'House' })
  await eventually(() => expect(shown()).toEqual({ tasks: [['Write', 'House']], tags: [['House', 1]] }))
  await ada.client.task.delete.mutate({ id: task.id })
  await eventually(() => expect(shown()).toEqual({ tasks: [], tags: [['House', 0]] }))

  const ids = Array.from({ length: 20 }, newId)
  for (const id of ids) await ada.client.task.create.mutate({ id, title: 'Write' })
  await eventually(() => expect(shown().tasks).toHaveLength(20))
  const reads = browser.count('task.list')
  // Twenty changes at once, however busy the machine is.
  await ada.client.task.updateMany.mutate({ ids, addTagIds: [tag.id] })
  await eventually(() => expect(shown().tasks).toEqual(Array(20).fill(['Write', 'House'])))
  expect(browser.count('task.list') - reads).toBeGreaterThan(0)
  expect(browser.count('task.list') - reads).toBeLessThanOrEqual(2)
  expect(browser.count('auth.me')).toBe(1)

  for (const end of ends) end()
  queryClient.clear()
})
