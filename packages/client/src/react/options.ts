import type { QueryClient } from '@tanstack/react-query'
import { createTRPCOptionsProxy } from '@trpc/tanstack-react-query'
import type { TaskwireTokenClient } from '../client.ts'
import type { TaskwireOptions } from '../query-options.ts'
import { trpcClientOf } from '../trpc-client.ts'

/**
 * What TanStack Query's hooks and functions take, for every procedure: `useTaskwire()` outside of components, such as
 * in loaders and server components.
 *
 * @example
 * const taskwire = createTaskwireOptions({ client, queryClient })
 * await queryClient.prefetchQuery(taskwire.task.list.queryOptions({ completed: false }))
 */
export function createTaskwireOptions(given: {
  client: TaskwireTokenClient
  queryClient: QueryClient
}): TaskwireOptions {
  const { client, queryClient } = given
  // The same object by our own types: with our errors, and in one line where an editor shows them.
  return createTRPCOptionsProxy({ client: trpcClientOf(client), queryClient }) as object as TaskwireOptions
}
