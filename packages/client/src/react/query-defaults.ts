import type { DefaultOptions } from '@tanstack/react-query'
import { isTaskwireError } from '../error.ts'
import { isFollowed } from '../query-cache/cached-queries.ts'

/** Milliseconds after which even what is kept current is read again when somebody looks, in case anything was missed. */
const FOLLOWED_STALE_TIME = 300_000

/** How often what is not of Taskwire is tried again: as often as TanStack Query does by itself. */
const OTHER_RETRIES = 3

/**
 * What a `QueryClient` does best with Taskwire. The client itself has repeated what is worth repeating, so that a failure
 * shows at once; tasks and tags are kept current by their changes, so that coming back to a page or a window reads
 * nothing again within five minutes. What else the `QueryClient` holds is treated as ever.
 *
 * @example
 * const queryClient = new QueryClient({ defaultOptions: taskwireQueryDefaults })
 */
export const taskwireQueryDefaults: DefaultOptions = {
  queries: {
    retry: (failures, error) => !isTaskwireError(error) && failures < OTHER_RETRIES,
    staleTime: ({ queryKey }) => (isFollowed(queryKey) ? FOLLOWED_STALE_TIME : 0),
  },
}
