'use client'

import { useQueryClient } from '@tanstack/react-query'
import { createElement, type FunctionComponent, type ReactNode, useEffect, useRef } from 'react'
import type { TaskwireClient } from '../client.ts'
import { keepCurrent } from '../query-cache/keep-current.ts'
import { keepOneUser } from '../query-cache/keep-one-user.ts'
import { ClientContext } from './client-context.ts'
import { useSession } from './hooks.ts'
import { restoreSession } from './restore-session.ts'

export interface TaskwireProviderProps {
  /** Make it once, outside of any component. */
  client: TaskwireClient
  children?: ReactNode
  /**
   * Whether tasks and tags in the cache follow the changes that are made elsewhere, on whichever device. True unless you
   * say otherwise; all tabs of a browser share one connection for it.
   */
  live?: boolean
  /** Told what goes wrong in the background and is tried again: restoring the session, and following the changes. */
  onError?: (error: unknown) => void
}

/**
 * Gives the components below it a client. Stands below a `QueryClientProvider`. It finds out who is signed in, keeps the
 * tasks and tags in the cache current, and empties the cache when the user changes.
 *
 * @example
 * <QueryClientProvider client={queryClient}>
 *   <TaskwireProvider client={client}>…</TaskwireProvider>
 * </QueryClientProvider>
 */
export const TaskwireProvider: FunctionComponent<TaskwireProviderProps> = ({ client, children, ...options }) =>
  createElement(ClientContext.Provider, { value: client }, createElement(Upkeep, { client, ...options }), children)

/** Shows nothing. Stands beside what it serves, so that a new session renders none of that anew. */
function Upkeep({ client, live = true, onError }: Omit<TaskwireProviderProps, 'children'>): null {
  const { $session: session, $changes: changes } = client
  const queryClient = useQueryClient()
  const userId = useSession().user?.id
  const listener = useRef(onError)

  useEffect(() => {
    listener.current = onError
  }, [onError])
  useEffect(() => keepOneUser({ session, queryClient }), [session, queryClient])
  useEffect(() => {
    const unmounted = new AbortController()
    restoreSession(session, { signal: unmounted.signal, onError: (error) => listener.current?.(error) })
    return () => unmounted.abort()
  }, [session])
  useEffect(() => {
    if (!live || userId === undefined) return
    return keepCurrent({ changes, queryClient, onError: (error) => listener.current?.(error) })
  }, [live, userId, changes, queryClient])
  return null
}
