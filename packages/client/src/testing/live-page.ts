import {
  QueryClient,
  QueryClientProvider,
  useInfiniteQuery,
  useMutation,
  useQuery,
  useQueryClient,
} from '@tanstack/react-query'
import type { Task, TaskListResult } from '@taskwire/contract'
import { createElement, StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { createTaskwireClient, newId } from '../index.ts'
import { TaskwireProvider, taskwireQueryDefaults, useSession, useTaskwire } from '../react.ts'
import { draft } from './draft.ts'

/** An application with one page, for tests that open it in a browser: all tasks by infinite query, all tags, one task. */
const client = createTaskwireClient({ url: '' })
const queryClient = new QueryClient({ defaultOptions: taskwireQueryDefaults })

/** What the tests call in the page. */
export interface LivePage {
  client: typeof client
  /** Each task that is shown, with its version. */
  shown(): string[]
  /** The names and counts of the tags that are shown. */
  tags(): string[]
  /** Whether there is neither an error nor a task of which it is not known whether it will be there. */
  isWell(): boolean
  readNextPage(): Promise<unknown>
  /** When what is shown has changed last, in milliseconds since 1970. */
  changedAt: number
  /** Adds a task, shown at once. @returns its id */
  add(title: string): string
  /** Writes down in each frame how often a row is shown, from its first appearance on. */
  record(id: string): void
  readonly frames: number[]
}

const page: LivePage = {
  client,
  shown: () => texts('[data-version]', ({ id, version }) => `${id} ${version}`),
  tags: () => texts('[data-tag]', ({ tag }) => `${tag}`),
  isWell: () => document.querySelector('[data-well]') !== null,
  readNextPage: () => Promise.resolve(),
  add: () => '',
  changedAt: 0,
  frames: [],
  record(id) {
    page.frames.length = 0
    const look = () => {
      page.frames.push(document.querySelectorAll(`[data-id="${id}"]`).length)
      requestAnimationFrame(look)
    }
    requestAnimationFrame(look)
  },
}
Object.assign(globalThis, { page })

function texts(selector: string, textOf: (data: DOMStringMap) => string): string[] {
  return [...document.querySelectorAll<HTMLElement>(selector)].map(({ dataset }) => textOf(dataset))
}

function App() {
  const { user } = useSession()
  return user === null ? createElement('p', null, 'signed out') : createElement(Tasks)
}

function Tasks() {
  const taskwire = useTaskwire()
  const cache = useQueryClient()
  const list = taskwire.task.list.infiniteQueryOptions({}, { getNextPageParam: ({ nextCursor }) => nextCursor })
  const tasks = useInfiniteQuery(list)
  const tags = useQuery(taskwire.tag.list.queryOptions())
  const items = tasks.data?.pages.flatMap((each) => each.items) ?? []
  const first = items.at(-1)?.id
  const one = useQuery(taskwire.task.get.queryOptions({ id: first ?? newId() }, { enabled: first !== undefined }))
  const create = useMutation(
    taskwire.task.create.mutationOptions({
      onMutate: ({ id = newId(), title }) =>
        cache.setQueryData(
          list.queryKey,
          (old) => old && { ...old, pages: withFirst(old.pages, draft({ id, title })) },
        ),
    }),
  )
  page.readNextPage = () => tasks.fetchNextPage()
  page.add = (title) => {
    const id = newId()
    create.mutate({ id, title })
    return id
  }
  const isWell = tasks.isSuccess && tags.isSuccess && !one.isError
  return createElement(
    'ul',
    isWell ? { 'data-well': '' } : {},
    tags.data?.map(({ id, name, taskCount }) => createElement('li', { key: id, 'data-tag': `${name} ${taskCount}` })),
    items.map(({ id, title, version }) =>
      createElement('li', { key: id, 'data-id': id, 'data-version': version }, title),
    ),
  )
}

function withFirst([first, ...others]: TaskListResult[], task: Task): TaskListResult[] {
  return first === undefined ? [] : [{ ...first, items: [task, ...first.items] }, ...others]
}

const app = createElement(TaskwireProvider, { client }, createElement(App))
// The script stands before the body.
document.addEventListener('DOMContentLoaded', () => {
  new MutationObserver(() => {
    page.changedAt = Date.now()
  }).observe(document.body, { subtree: true, childList: true, attributes: true, characterData: true })
  createRoot(document.body).render(
    createElement(StrictMode, null, createElement(QueryClientProvider, { client: queryClient }, app)),
  )
})
