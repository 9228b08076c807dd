import type { Tag, Task } from '@taskwire/contract'
import { newId } from '../new-id.ts'

/** What a new task may say; the rest is as the server will have it. */
export interface NewTask extends Partial<Pick<Task, 'id' | 'description' | 'completed' | 'dueAt' | 'tags'>> {
  title: string
}

/**
 * A whole task, to insert into a collection: with an id of its own, to do, without description, date and tags unless
 * they are given. Its version is 0 until the server has it.
 *
 * @example
 * tasks.insert(newTask({ title: 'Write the report' }))
 */
export function newTask(task: NewTask): Task {
  const now = new Date()
  return {
    id: newId(),
    description: null,
    completed: false,
    completedAt: task.completed === true ? now : null,
    dueAt: null,
    tags: [],
    ...beforeSaving(now),
    ...task,
  }
}

/** What a new tag may say. */
export interface NewTag extends Partial<Pick<Tag, 'id' | 'color'>> {
  name: string
}

/** A whole tag, to insert into a collection: with an id of its own, without a color unless one is given. */
export function newTag(tag: NewTag): Tag {
  return { id: newId(), color: null, ...beforeSaving(new Date()), ...tag }
}

function beforeSaving(now: Date) {
  return { version: 0, createdAt: now, updatedAt: now, deletedAt: null }
}
