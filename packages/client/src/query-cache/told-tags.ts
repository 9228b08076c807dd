import type { RowChange } from '../changes/subscription.ts'
import { patchTaskTags } from './patch-task-tags.ts'

/** The changes of tags that have been told. */
export interface ToldTags {
  note(changes: readonly RowChange[]): void
  /** A task is told with the tags of the moment at which it was read: what has become of them since is known. */
  withPresentTags(change: RowChange): RowChange
  forget(): void
}

export function createToldTags(): ToldTags {
  const tags = new Map<string, Extract<RowChange, { type: 'tag' }>>()
  return {
    note(changes) {
      for (const change of changes) {
        if (change.type === 'tag' && (tags.get(change.id)?.version ?? -1) < change.version) tags.set(change.id, change)
      }
    },
    withPresentTags(change) {
      if (change.type === 'tag' || change.task === null) return change
      const task = change.task.tags.reduce((patched, { id }) => {
        const tag = tags.get(id)
        return tag === undefined || tag.version < change.version ? patched : patchTaskTags(patched, tag).data
      }, change.task)
      return { ...change, task }
    },
    forget: () => tags.clear(),
  }
}
