import type { Tag, Task } from '@taskwire/contract'
import type { RowKind } from './row-kind.ts'
import { isSameText } from './same-text.ts'

type TaskTag = Task['tags'][number]

export const taskKind: RowKind<Task> = {
  type: 'task',
  writable: ['title', 'description', 'completed', 'dueAt', 'tags'],
  create(client, { id, title, description, completed, dueAt, tags }, options) {
    return client.task.create.mutate({ id, title, description, completed, dueAt, tagIds: idsOf(tags) }, options)
  },
  update(client, { id, version, fields: { title, description, completed, dueAt, tags } }, options) {
    const fields = { title, description, completed, dueAt, tagIds: tags && idsOf(tags) }
    return client.task.update.mutate({ id, version, ...fields }, options)
  },
  delete: (client, { id, version }, options) => client.task.delete.mutate({ id, version }, options),
  isSame(field, one, other) {
    switch (field) {
      case 'dueAt':
        return one.dueAt?.getTime() === other.dueAt?.getTime()
      case 'tags':
        return isSameSet(idsOf(one.tags), idsOf(other.tags))
      default:
        return isSameText(one[field], other[field])
    }
  },
  neededBy: ({ tags }) => idsOf(tags),
  toChange: (task) => ({
    type: 'task',
    id: task.id,
    version: task.version,
    deleted: task.deletedAt !== null,
    task: task.deletedAt === null ? task : null,
  }),
  rowOf: (change) => (change.type === 'task' ? change.task : undefined),
  withTags(task, tags) {
    if (!task.tags.some((tag) => isStale(tag, tags.get(tag.id)))) return task
    const kept = task.tags.flatMap((tag) => {
      const now = tags.get(tag.id)
      if (now === null) return []
      return now === undefined ? tag : { id: now.id, name: now.name, color: now.color }
    })
    return { ...task, tags: kept }
  },
}

function idsOf(tags: readonly TaskTag[]): string[] {
  return tags.map(({ id }) => id)
}

function isSameSet(one: readonly string[], other: readonly string[]): boolean {
  const ids = new Set(one)
  return ids.size === new Set(other).size && other.every((id) => ids.has(id))
}

/** Whether the tag on a task is not the tag as it is now; undefined: nothing is known to have changed. */
function isStale(tag: TaskTag, now: Tag | null | undefined): boolean {
  if (now === undefined) return false
  return now === null || now.name !== tag.name || now.color !== tag.color
}
