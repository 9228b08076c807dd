import { notifyManager, type QueryClient } from '@tanstack/react-query'
import type { RouterInputs } from '../router-types.ts'
import type { TaskwireSession } from '../session/session.ts'
import type { SessionState } from '../session/store.ts'
import { pathOf } from './cached-queries.ts'

/** Whose answers a cache holds: the id of the user, or null when they were given to nobody. */
const owners = new WeakMap<QueryClient, string | null>()

/**
 * Empties the cache of what one user has read and written as soon as another one signs in, or nobody is signed in any
 * more, in whichever tab. What is under way is given up; what somebody looks at is pending until the next user is there.
 *
 * @returns what ends it
 */
export function keepOneUser({ session, queryClient }: KeepOneUserOptions): () => void {
  const look = ({ status, user }: SessionState) => {
    const owner = user?.id ?? null
    const last = owners.get(queryClient)
    if (status === 'unknown' || owner === last) return
    owners.set(queryClient, owner)
    if (last !== undefined) empty(queryClient)
    if (last !== undefined && owner !== null) readForNextUser(queryClient)
  }
  // While this did not listen, somebody else may have signed in.
  look(session.state)
  return session.subscribe(look)
}

export interface KeepOneUserOptions {
  session: TaskwireSession
  queryClient: QueryClient
}

const GROUPS: Record<keyof RouterInputs, true> = {
  auth: true,
  account: true,
  session: true,
  apiToken: true,
  task: true,
  tag: true,
  change: true,
}

function isOfTaskwire(key: readonly unknown[] | undefined): boolean {
  return Object.hasOwn(GROUPS, pathOf(key)[0] ?? '')
}

function empty(queryClient: QueryClient): void {
  const queries = queryClient.getQueryCache()
  const mutations = queryClient.getMutationCache()
  notifyManager.batch(() => {
    for (const query of queries.findAll({ predicate: ({ queryKey }) => isOfTaskwire(queryKey) })) {
      if (query.getObserversCount() === 0) queries.remove(query)
      else query.reset()
    }
    for (const mutation of mutations.getAll())
      if (isOfTaskwire(mutation.options.mutationKey)) mutations.remove(mutation)
  })
}

function readForNextUser(queryClient: QueryClient): void {
  queryClient.refetchQueries(
    { type: 'active', predicate: ({ queryKey }) => isOfTaskwire(queryKey) },
    { cancelRefetch: false },
  )
}
