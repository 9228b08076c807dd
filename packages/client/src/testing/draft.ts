import type { Task } from '@taskwire/contract'

/** A task as an application puts it into the cache before the server knows it. */
export function draft({ id, title }: { id: string; title: string }): Task {
  const now = new Date()
  return {
    id,
    title,
    description: null,
    completed: false,
    completedAt: null,
    dueAt: null,
    tags: [],
    version: 0,
    createdAt: now,
    updatedAt: now,
    deletedAt: null,
  }
}
