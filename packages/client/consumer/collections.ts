import { createCollection } from '@tanstack/db'
import { eq, useLiveQuery } from '@tanstack/react-db'
import { createTaskwireClient, isTaskwireError, type Task } from '@taskwire/client'
import { newTag, newTask, tagCollectionOptions, taskCollectionOptions } from '@taskwire/client/tanstack-db'
import { type OfflineRefusal, type TaskwireOffline, taskwireOffline } from '@taskwire/client/tanstack-db/offline'
import { createElement, type ReactNode } from 'react'

const client = createTaskwireClient({ url: 'https://tasks.example.com' })
const tool = createTaskwireClient({ url: 'https://tasks.example.com', token: 'twk_…' })

export const tasks = createCollection(taskCollectionOptions({ client }))
export const tags = createCollection(tagCollectionOptions({ client }))
export const mirror = createCollection(taskCollectionOptions({ client: tool, id: 'mirror' }))

export async function plan(title: string): Promise<Task | undefined> {
  const home = newTag({ name: 'Home', color: '#1e90ff' })
  tags.insert(home)
  const task = newTask({ title, tags: [home] })
  await tasks.insert(task).isPersisted.promise
  return tasks.get(task.id)
}

export function finish(id: string): void {
  tasks.update(id, (task) => {
    task.completed = true
  })
}

export function Open(): ReactNode {
  const { data, isReady } = useLiveQuery((query) =>
    query.from({ task: tasks }).where(({ task }) => eq(task.completed, false)),
  )
  const due: Date | null | undefined = data[0]?.dueAt
  return createElement('p', null, isReady, due?.getFullYear(), ...data.map(({ title }) => title))
}

const refused: OfflineRefusal[] = []

export const offline: TaskwireOffline = taskwireOffline({
  client,
  collections: { tasks, tags },
  onConflict: (conflict) =>
    conflict.type === 'task' && conflict.current.completed ? 'theirs' : { ...conflict.fields, ...conflict.current },
  onRefused: (refusal) => refused.push(refusal),
})

export const reasons = () => refused.map(({ error }) => (isTaskwireError(error) ? error.reason : String(error)))
export const write = (title: string) => offline.mutate(() => tasks.insert(newTask({ title }))).isPersisted.promise
