import { useQueryClient } from '@tanstack/react-query'
import type { AppRouter } from '@taskwire/router'
import { createTRPCOptionsProxy, type TRPCOptionsProxy } from '@trpc/tanstack-react-query'
import {
  type Context,
  createContext,
  createElement,
  type FunctionComponent,
  type ReactNode,
  useContext,
  useEffect,
  useMemo,
  useSyncExternalStore,
} from 'react'
import { keepQueriesCurrent } from './changes/keep-queries-current.ts'
import type { TaskwireClient } from './client.ts'
import type { SessionState } from './session/store.ts'

/**
 * Every procedure of the server by its name, with what TanStack Query's hooks take: `queryOptions`,
 * `infiniteQueryOptions`, `mutationOptions`, and `queryKey` and `pathKey` to find what is cached.
 */
export type TaskwireOptions = TRPCOptionsProxy<AppRouter>

export interface TaskwireProviderProps {
  /** Make it once, outside of any component. */
  client: TaskwireClient
  children?: ReactNode
}

const ClientContext: Context<TaskwireClient | null> = /* @__PURE__ */ createContext<TaskwireClient | null>(null)

/**
 * Gives the components below it a client. Stands below a `QueryClientProvider`.
 *
 * @example
 * <QueryClientProvider client={queryClient}>
 *   <TaskwireProvider client={client}>…</TaskwireProvider>
 * </QueryClientProvider>
 */
export const TaskwireProvider: FunctionComponent<TaskwireProviderProps> = ({ client, children }) =>
  createElement(ClientContext.Provider, { value: client }, children)

/** The client of the nearest `TaskwireProvider`, for calls that are not to be cached. */
export function useTaskwireClient(): TaskwireClient {
  const client = useContext(ClientContext)
  if (client === null) throw new Error('No Taskwire client: put a <TaskwireProvider client={…}> around this component')
  return client
}

/**
 * What TanStack Query's hooks take, for every procedure.
 *
 * @example
 * const taskwire = useTaskwire()
 * const tasks = useQuery(taskwire.task.list.queryOptions({ completed: false }))
 * const create = useMutation(taskwire.task.create.mutationOptions())
 */
export function useTaskwire(): TaskwireOptions {
  const client = useTaskwireClient()
  const queryClient = useQueryClient()
  return useMemo(() => createTRPCOptionsProxy<AppRouter>({ client, queryClient }), [client, queryClient])
}

/**
 * Keeps what is cached of tasks and tags current while the component is mounted: after each change, on whichever device,
 * what is shown is read again. Use it once, near the root.
 *
 * @example
 * useLiveQueries()
 */
export function useLiveQueries(): void {
  const { $changes: changes } = useTaskwireClient()
  const queryClient = useQueryClient()
  const taskwire = useTaskwire()
  useEffect(
    () => keepQueriesCurrent({ changes, queryClient, keys: [taskwire.task.pathKey(), taskwire.tag.pathKey()] }),
    [changes, queryClient, taskwire],
  )
}

/**
 * Who is signed in; renders anew when that changes, in whichever tab. While a server renders it is `unknown`.
 * `useTaskwireClient().$session` signs in and out.
 *
 * @example
 * const { status, user } = useSession()
 */
export function useSession(): SessionState {
  const { $session } = useTaskwireClient()
  return useSyncExternalStore(
    $session.subscribe,
    () => $session.state,
    () => UNKNOWN,
  )
}

const UNKNOWN: SessionState = { status: 'unknown', user: null }
