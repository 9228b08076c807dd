import { type Collection, createCollection, createLiveQueryCollection, eq } from '@tanstack/db'
import { expectTypeOf } from 'vitest'
import { createTaskwireClient, type Tag, type Task } from '../index.ts'
import { newTask, tagCollectionOptions, taskCollectionOptions } from './index.ts'

const client = createTaskwireClient({ url: 'https://tasks.example.com' })

// A collection knows its rows and their key.
const tasks: Collection<Task, string> = createCollection(taskCollectionOptions({ client }))
const tags: Collection<Tag, string> = createCollection(tagCollectionOptions({ client }))
tasks.insert(newTask({ title: 'Write', tags: tags.toArray }))
tasks.update('id', (task) => {
  task.completed = true
  // @ts-expect-error -- a title is text
  task.title = 1
})
// @ts-expect-error -- a new task has a title
tasks.insert(newTask({}))
// @ts-expect-error -- a task is inserted whole
tasks.insert({ title: 'Write' })

// Live queries know the fields.
const open = createLiveQueryCollection((query) =>
  query.from({ task: tasks }).where(({ task }) => eq(task.completed, false)),
)
expectTypeOf(open.toArray[0]?.title).toEqualTypeOf<string | undefined>()
