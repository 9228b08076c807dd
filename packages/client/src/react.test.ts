import { setTimeout as sleep } from 'node:timers/promises'
import {
  MutationObserver,
  QueryClient,
  QueryClientProvider,
  useInfiniteQuery,
  useMutation,
  useQuery,
} from '@tanstack/react-query'
import type { Task } from '@taskwire/contract'
import { Window } from 'happy-dom'
import { createElement, type FunctionComponent, StrictMode } from 'react'
import type { Root } from 'react-dom/client'
import { afterAll, afterEach, beforeAll, describe, expect, vi } from 'vitest'
import { createSessionClient } from './client.ts'
import { isTaskwireError, newId, type TaskwireClient } from './index.ts'
import {
  createTaskwireOptions,
  TaskwireProvider,
  type TaskwireProviderProps,
  taskwireQueryDefaults,
  useChangesStatus,
  useSession,
  useTaskwire,
  useTaskwireClient,
} from './react.ts'
import { credentials, quickTiming, test } from './testing/client-test.ts'
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

  async function open(
    component: FunctionComponent,
    client: TaskwireClient,
    options: Pick<TaskwireProviderProps, 'live' | 'onError'> = {},
  ): Promise<Page> {
    const page = await render(component, { client, ...options })
    pages.push(page)
    return page
  }

  test('a list shows what the server has, and what a mutation adds to it', async ({ client, newcomer }) => {
    const { email } = newcomer
    const page = await open(Tasks, client)
    // Nobody has called `restore`.
    await page.shows('signedOut')

    await client.$session.signIn(credentials(newcomer))
    await page.shows(`${email}: 0 []`)
    page.click()
    await page.shows(`${email}: 1 [Write]`)
    await newcomer.caller.task.create({ title: 'Elsewhere' })
    await page.shows(`${email}: 2 [Elsewhere,Write]`)

    await client.$session.signOut()
    await page.shows('signedOut')
  })

  test('the session of an earlier visit is restored, however often the server cannot be asked', async ({
    client,
    newcomer,
    browser,
    server,
  }) => {
    await client.$session.signIn(credentials(newcomer))
    const later = createSessionClient({ url: server.url, fetch: browser.fetch }, quickTiming)
    let failures = 0
    browser.disturb = () => {
      failures += 1
      return failures <= 4 ? Response.error() : undefined
    }
    const errors: unknown[] = []
    const page = await open(Tasks, later, { onError: (error) => errors.push(error) })
    await page.shows(`${newcomer.email}: 0 []`)
    expect(errors.length).toBeGreaterThan(0)
  })

  test('nothing of one user is shown to the next one, and what somebody looks at waits in between', async ({
    client,
    newcomer,
    bob,
    browser,
  }) => {
    await newcomer.caller.task.create({ title: 'Private' })
    await client.$session.signIn(credentials(newcomer))
    const shown: string[] = []
    const page = await open(() => {
      const { user } = useSession()
      // As somebody writes it who does not think of a sign-out.
      const { data, status } = useQuery(useTaskwire().task.list.queryOptions())
      const text = `${user?.email ?? 'nobody'} ${status} ${data?.items.map(({ title }) => title).join()}`
      shown.push(text)
      return createElement('p', null, text)
    }, client)
    await page.shows(`${newcomer.email} success Private`)
    const release = browser.holdBack('task.create')
    const late = new MutationObserver(
      page.queryClient,
      createTaskwireOptions({ client, queryClient: page.queryClient }).task.create.mutationOptions(),
    )
    late.mutate({ title: 'Late' }).catch(() => {})
    const reads = browser.count('task.list')

    await client.$session.signOut()
    await page.shows('nobody pending undefined')
    expect(page.queryClient.getMutationCache().getAll()).toEqual([])
    expect(browser.count('task.list')).toBe(reads)
    await client.$session.signIn(credentials(bob))
    await page.shows(`${bob.email} success `)
    release()
    expect(shown.filter((text) => text.includes('Private') && !text.startsWith(newcomer.email))).toEqual([])
  })

  test('a plain failure is told at once, by one request', async ({ client, newcomer, browser }) => {
    await client.$session.signIn(credentials(newcomer))
    const id = newId()
    const page = await open(() => {
      const { error } = useQuery(useTaskwire().task.get.queryOptions({ id }))
      return createElement('p', null, isTaskwireError(error) ? error.data.reason : 'none')
    }, client)
    await page.shows('NOT_FOUND')
    expect(browser.count('task.get')).toBe(1)
  })

  test('how changes come is told', async () => {
    const page = await open(() => createElement('p', null, useChangesStatus()), createMockClient({}, { user }))
    await page.shows('live')
  })

  test('while nobody is signed in, that is told of the changes too, and no stream is opened', async ({
    client,
    newcomer,
    browser,
  }) => {
    const page = await open(() => createElement('p', null, useChangesStatus()), client)
    await page.shows('signedOut')
    expect(browser.count('change.stream') + browser.count('change.list')).toBe(0)
    await client.$session.signIn(credentials(newcomer))
    await page.shows('live')
    expect(browser.count('change.stream')).toBe(1)
    await client.$session.signOut()
    await page.shows('signedOut')
    expect(browser.count('change.stream')).toBe(1)
  })

  test('a sign-out empties nothing that is not of Taskwire', async ({ client, newcomer }) => {
    await client.$session.signIn(credentials(newcomer))
    const page = await open(() => createElement('p', null, useSession().status), client)
    await page.shows('signedIn')
    const { queryClient } = page
    const others = [['weather'], [['weather', 'today']], ['task', 'list'], [{ of: 'another' }]]
    for (const key of others) queryClient.setQueryData(key, 'sunny')
    await queryClient.prefetchQuery(createTaskwireOptions({ client, queryClient }).task.list.queryOptions())
    await client.$session.signOut()
    await page.shows('signedOut')
    expect(queryClient.getQueryCache().getAll()).toHaveLength(others.length)
    for (const key of others) expect(queryClient.getQueryData(key)).toBe('sunny')
  })

  test('a component that shows how changes come asks for no changes', async ({ client, newcomer, browser }) => {
    await client.$session.signIn(credentials(newcomer))
    const stop = client.$changes.subscribe({ onReset: () => {} })
    await vi.waitFor(() => expect(client.$changes.status).toBe('live'), { timeout: 20_000 })
    await client.$changes.until(0)
    const questions = browser.count('change.list')
    const page = await open(() => createElement('p', null, useChangesStatus()), client, { live: false })
    await page.shows('live')
    const { version } = await newcomer.caller.task.create({ title: 'A' })
    await client.$changes.until(version)
    expect(browser.count('change.list')).toBe(questions)
    stop()
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

test.for([
  [undefined, 'unknown'],
  [null, 'signedOut'],
] as const)('what a server renders knows of the session what it is told: %s', async ([initialSession, status]) => {
  const { renderToString } = await import('react-dom/server')
  const Status = () => createElement('p', null, useSession().status)
  const client = createSessionClient({ url: 'http://localhost', ...(initialSession === null && { initialSession }) })
  const tree = createElement(TaskwireProvider, { client }, createElement(Status))
  expect(renderToString(createElement(QueryClientProvider, { client: new QueryClient() }, tree))).toBe(
    `<p>${status}</p>`,
  )
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
  const { data } = useQuery(taskwire.task.list.queryOptions({ withTotal: true }, { enabled: user !== null }))
  const create = useMutation(taskwire.task.create.mutationOptions())
  if (user === null) return createElement('p', null, 'signedOut')
  const titles = data?.items.map(({ title }) => title).join()
  const onClick = () => create.mutate({ title: 'Write' })
  return createElement('button', { type: 'button', onClick }, `${user.email}: ${data?.total} [${titles}]`)
}

interface Page {
  queryClient: QueryClient
  shows(text: string): Promise<void>
  click(): void
  close(): void
}

async function render(component: FunctionComponent, props: TaskwireProviderProps): Promise<Page> {
  // It looks for a window when it is loaded.
  const { createRoot } = await import('react-dom/client')
  const container = document.createElement('div')
  document.body.append(container)
  const root: Root = createRoot(container)
  const queryClient = new QueryClient({ defaultOptions: taskwireQueryDefaults })
  const page = createElement(TaskwireProvider, props, createElement(component))
  root.render(createElement(StrictMode, null, createElement(QueryClientProvider, { client: queryClient }, page)))
  return {
    queryClient,
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
