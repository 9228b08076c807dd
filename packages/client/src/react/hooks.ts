'use client'

import { useQueryClient } from '@tanstack/react-query'
import { useMemo, useSyncExternalStore } from 'react'
import type { ChangesStatus } from '../changes/subscription.ts'
import type { TaskwireOptions } from '../query-options.ts'
import type { TaskwireSession } from '../session/session.ts'
import type { SessionState } from '../session/store.ts'
import { useTaskwireClient } from './client-context.ts'
import { createTaskwireOptions } from './options.ts'

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
  return useMemo(() => createTaskwireOptions({ client, queryClient }), [client, queryClient])
}

/**
 * Who is signed in; renders anew when that changes, in whichever tab. While a server renders, and until the page has been
 * hydrated, it is what the client's `initialSession` says, or `unknown`. `useTaskwireClient().$session` signs in and out.
 *
 * @example
 * const { status, user } = useSession()
 */
export function useSession(): SessionState {
  const { $session } = useTaskwireClient()
  return useSyncExternalStore(
    $session.subscribe,
    () => $session.state,
    () => firstStateOf($session),
  )
}

const firstStates = new WeakMap<TaskwireSession, SessionState>()

/** As it was at the first rendering: what hydrates later has to render what the server did. */
function firstStateOf(session: TaskwireSession): SessionState {
  const state = firstStates.get(session) ?? session.state
  firstStates.set(session, state)
  return state
}

/**
 * How changes come at the moment; renders anew when that changes. `live`: at once. `polling`: every few seconds.
 * `offline`: not at all, until the network is back. `signedOut`: there is nobody whose changes could come. While a server
 * renders it is `connecting`. It follows the changes itself, by the one stream that there is, also without a `live`
 * provider.
 *
 * @example
 * const status = useChangesStatus()
 */
export function useChangesStatus(): ChangesStatus {
  const { $changes } = useTaskwireClient()
  return useSyncExternalStore(
    $changes.onStatus,
    () => $changes.status,
    () => 'connecting',
  )
}
