import type { Mutation, Query, QueryClient } from '@tanstack/react-query'
import type { Task } from '@taskwire/contract'
import type { Cached } from './patch.ts'

/** The groups of procedures whose queries follow the changes. */
const FOLLOWED = new Set(['task', 'tag'])

/** All queries of tasks and tags, as `useTaskwire()` names them. */
export function followedQueries(queryClient: QueryClient): Query[] {
  return queryClient.getQueryCache().findAll({ predicate: ({ queryKey }) => isFollowed(queryKey) })
}

/** Whether the cache still holds a query: the application may have removed it. */
export function isCached(queryClient: QueryClient, query: Query): boolean {
  return queryClient.getQueryCache().get(query.queryHash) === query
}

/** Whether a key of TanStack Query is of a procedure of tasks or tags. */
export function isFollowed(key: readonly unknown[] | undefined): boolean {
  return FOLLOWED.has(pathOf(key)[0] ?? '')
}

/** `['task', 'list']`; empty for a key that is not of Taskwire. */
export function pathOf(key: readonly unknown[] | undefined): string[] {
  const path: unknown = key?.[0]
  return Array.isArray(path) ? path.map(String) : []
}

/** A query, or what it was. */
interface Holder {
  queryKey: readonly unknown[]
  state: { data: unknown }
}

/** What a query holds; null when it holds nothing yet, or nothing that a change could concern. */
export function cachedBy({ queryKey, state: { data } }: Holder): Cached | null {
  if (data === undefined) return null
  const { input, type } = (queryKey[1] ?? {}) as { input?: object; type?: string }
  const procedure = `${pathOf(queryKey).join('.')}${type === 'infinite' ? ' pages' : ''}`
  // What is under such a key was answered by the procedure that it names.
  return isProcedure(procedure) ? ({ procedure, input: input ?? {}, data } as Cached) : null
}

const PROCEDURES: Record<Cached['procedure'], true> = {
  'task.get': true,
  'task.list': true,
  'task.list pages': true,
  'tag.list': true,
}

function isProcedure(name: string): name is Cached['procedure'] {
  return Object.hasOwn(PROCEDURES, name)
}

/** The tasks that an answer holds, page by page. */
function tasksOf({ procedure, data }: Cached): Task[][] {
  switch (procedure) {
    case 'task.get':
      return [[data]]
    case 'task.list':
      return [data.items]
    case 'task.list pages':
      return data.pages.map(({ items }) => items)
    case 'tag.list':
      return []
  }
}

/**
 * The highest version that an answer shows; 0 for an empty one. When it was read the server had reached that version, and
 * the answer knows all that happened until then: versions grow with each change that is committed. Pages are read one
 * after the other, so that the first one is the oldest.
 */
export function newestVersion(cached: Cached): number {
  return rowsReadFirst(cached).reduce((newest, { version }) => Math.max(newest, version), 0)
}

function rowsReadFirst(cached: Cached): { version: number }[] {
  return cached.procedure === 'tag.list' ? cached.data : (tasksOf(cached)[0] ?? [])
}

export interface WantedTasks {
  ids: ReadonlySet<string>
  /** Which copies count. */
  isTold(task: Task): boolean
}

/** The newest that is cached of these tasks. */
export function newestTasks(queryClient: QueryClient, { ids, isTold }: WantedTasks): Map<string, Task> {
  const newest = new Map<string, Task>()
  for (const query of followedQueries(queryClient)) {
    const cached = cachedBy(query)
    for (const tasks of cached === null ? [] : tasksOf(cached)) {
      for (const task of tasks) {
        if (!ids.has(task.id) || !isTold(task)) continue
        if ((newest.get(task.id)?.version ?? -1) < task.version) newest.set(task.id, task)
      }
    }
  }
  return newest
}

/** The mutations of tasks and tags that have begun and have not ended, those included that wait for the network. */
export function pendingMutations(queryClient: QueryClient): Mutation[] {
  return queryClient
    .getMutationCache()
    .getAll()
    .filter(({ options, state }) => state.status === 'pending' && isFollowed(options.mutationKey))
}

/** The tasks and tags that mutations concern which have not ended. */
export function pendingRows(queryClient: QueryClient): Set<string> {
  return new Set(pendingMutations(queryClient).flatMap(rowsOf))
}

/** Whether tasks or tags are being read or changed. */
export function isAnythingUnderWay(queryClient: QueryClient): boolean {
  return (
    pendingMutations(queryClient).length > 0 ||
    queryClient.isFetching({ predicate: ({ queryKey }) => isFollowed(queryKey) }) > 0
  )
}

/**
 * Whether mutations are under way: what they put into the cache under an id of their own would be lost by a read. One that
 * waits for the network may do so for long, and does not count.
 */
export function isMutating(queryClient: QueryClient): boolean {
  return pendingMutations(queryClient).some(({ state }) => !state.isPaused)
}

/** Names the tasks and tags that a mutation concerns: `task:<id>`. */
export function rowsOf({ options, state }: Mutation): string[] {
  const [type = ''] = pathOf(options.mutationKey)
  const { id, ids = [] } = (state.variables ?? {}) as { id?: string; ids?: string[] }
  return [id ?? [], ids].flat().map((each) => rowName({ type, id: each.toLowerCase() }))
}

export function rowName({ type, id }: { type: string; id: string }): string {
  return `${type}:${id}`
}
