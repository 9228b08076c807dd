import type { TaskwireClient } from '@taskwire/client'
import { type TaskwireOptions, useTaskwire } from '@taskwire/client/react'

// What is inferred has to be written down where declarations are emitted: by names that a package exports.
export const listOf = (client: TaskwireClient) => client.task.list.query({ completed: false })
export const list = (taskwire: TaskwireOptions) => taskwire.task.list.queryOptions({ completed: false })
export const titles = (taskwire: TaskwireOptions) =>
  taskwire.task.list.queryOptions(undefined, { select: ({ items }) => items.map(({ title }) => title) })
export const pages = (taskwire: TaskwireOptions) =>
  taskwire.task.list.infiniteQueryOptions({}, { getNextPageParam: ({ nextCursor }) => nextCursor })
export const create = (taskwire: TaskwireOptions) => taskwire.task.create.mutationOptions()
export const useCreate = () => useTaskwire().task.create.mutationOptions()
export const key = (taskwire: TaskwireOptions) => taskwire.task.get.queryKey({ id: '…' })
export const filter = (taskwire: TaskwireOptions) => taskwire.task.pathFilter()
