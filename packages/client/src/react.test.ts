import { setTimeout as sleep } from 'node:timers/promises'
import {
  QueryClient,
  QueryClientProvider,
  useInfiniteQuery,
  useMutation,
  useQuery,
  useQueryClient,
} from '@tanstack/react-query'
import type { Task } from '@taskwire/contract'
import { Window } from 'happy-dom'
import { createElement, type FunctionComponent } from 'react'
import type { Root } from 'react-dom/client'
import { afterAll, afterEach, beforeAll, describe, expect, vi } from 'vitest'
import { isTaskwireError, type TaskwireClient } from './index.ts'
import { TaskwireProvider, useSession, useTaskwire, useTaskwireClient } from './react.ts'
import { credentials, test } from './testing/client-test.ts'
import { createMockClient, taskwireError } from './testing/index.ts'

const user = { id: '1', email: 'ada@example.com', createdAt: new Date(0), updatedAt: new Date(0) }

describe('in a page', () => {
  const pages: Page[] = []
  beforeAll(() => {
    const window = new Window()
    vi.stubGlobal('window', window)
    vi.stubGlobal('document', window.document)
    vi.stubGlobal('navigator', window.navigator)
  })
  afterEach(() => {
    for (const page of pages.splice(0)) page.close()
  })
  afterAll(async () => {
    // React ends what it has begun, and looks for its window.
    await sleep(50)
    vi.unstubAllGlobals()
  })

  async function open(component: FunctionComponent, client: TaskwireClient): Promise<Page> {
    const page = await render(component, client)
    pages.push(page)
    return page
  }

  test('a list shows what the server has, and what a mutation adds to it', async ({ client, newcomer }) => {
    const { email } = newcomer
    const page = await open(Tasks, client)
    await page.shows('signedOut')

    await client.$session.signIn(credentials(newcomer))
    await page.shows(`${email}: 0 []`)
    page.click()
    await page.shows(`${email}: 1 [Write]`)

    await client.$session.signOut()
    await page.shows('signedOut')
  })

  test('an infinite query walks the pages by their cursor', async () => {
    const client = createMockClient(
      {
        'task.list': (input) => ({
          items: [taskOf(input?.cursor ?? 'first')],
          nextCursor: input?.cursor ? null : 'second',
          total: null,
        }),
      },
      { user },
    )
    const page = await open(() => {
      const options = useTaskwire().task.list.infiniteQueryOptions({}, { getNextPageParam: (last) => last.nextCursor })
      const { data, fetchNextPage } = useInfiniteQuery(options)
      const titles = data?.pages.flatMap(({ items }) => items.map(({ title }) => title)).join()
      return createElement('button', { type: 'button', onClick: () => fetchNextPage() }, titles)
    }, client)
    await page.shows('first')
    page.click()
    await page.shows('first,second')
  })

  test('an error keeps its reason', async () => {
    const client = createMockClient({ 'task.list': () => Promise.reject(taskwireError('FORBIDDEN')) })
    const page = await open(() => {
      const { error } = useQuery(useTaskwire().task.list.queryOptions({}, { retry: false }))
      return createElement('p', null, isTaskwireError(error) ? error.data.reason : 'none')
    }, client)
    await page.shows('FORBIDDEN')
  })
})

test('what a server renders knows of no session', async () => {
  const { renderToString } = await import('react-dom/server')
  const Status = () => createElement('p', null, useSession().status)
  const tree = createElement(TaskwireProvider, { client: createMockClient({}, { user }) }, createElement(Status))
  expect(renderToString(tree)).toBe('<p>unknown</p>')
})

test('a component outside of a provider is told what it lacks', async () => {
  const { renderToString } = await import('react-dom/server')
  const Lost = () => createElement('p', null, String(useTaskwireClient()))
  expect(() => renderToString(createElement(Lost))).toThrow('put a <TaskwireProvider client={…}> around this component')
})

/** Who is signed in and what is to do, with a button that adds to it. */
function Tasks() {
  const { user } = useSession()
  const taskwire = useTaskwire()
  const queryClient = useQueryClient()
  const { data } = useQuery(taskwire.task.list.queryOptions({ withTotal: true }, { enabled: user !== null }))
  const create = useMutation(
    taskwire.task.create.mutationOptions({
      onSuccess: () => queryClient.invalidateQueries({ queryKey: taskwire.task.pathKey() }),
    }),
  )
  if (user === null) return createElement('p', null, 'signedOut')
  const titles = data?.items.map(({ title }) => title).join()
  const onClick = () => create.mutate({ title: 'Write' })
  return createElement('button', { type: 'button', onClick }, `${user.email}: ${data?.total} [${titles}]`)
}

interface Page {
  shows(text: string): Promise<void>
  click(): void
  close(): void
}

async function render(component: FunctionComponent, client: TaskwireClient): Promise<Page> {
  // It looks for a window when it is loaded.
  const { createRoot } = await import('react-dom/client')
  const container = document.createElement('div')
  document.body.append(container)
  const root: Root = createRoot(container)
  const queryClient = new QueryClient()
  const page = createElement(TaskwireProvider, { client }, createElement(component))
  root.render(createElement(QueryClientProvider, { client: queryClient }, page))
  return {
    shows: (text) => vi.waitFor(() => expect(container.textContent).toBe(text), { timeout: 20_000 }),
    click: () => container.querySelector('button')?.click(),
    close() {
      root.unmount()
      queryClient.clear()
      container.remove()
    },
  }
}

function taskOf(title: string): Task {
  const at = new Date(0)
  return {
    id: title,
    title,
    description: '',
    completed: false,
    completedAt: null,
    dueAt: null,
    tags: [],
    version: 1,
    createdAt: at,
    updatedAt: at,
    deletedAt: null,
  }
}
