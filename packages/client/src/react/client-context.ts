'use client'

import { type Context, createContext, useContext } from 'react'
import type { TaskwireClient } from '../client.ts'

export const ClientContext: Context<TaskwireClient | null> = /* @__PURE__ */ createContext<TaskwireClient | null>(null)

/** The client of the nearest `TaskwireProvider`, for calls that are not to be cached. */
export function useTaskwireClient(): TaskwireClient {
  const client = useContext(ClientContext)
  if (client === null) throw new Error('No Taskwire client: put a <TaskwireProvider client={…}> around this component')
  return client
}
