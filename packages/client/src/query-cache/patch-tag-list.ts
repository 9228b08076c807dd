import type { TagChange, TagWithCount, Task, TaskChange } from '@taskwire/contract'
import { insertByName } from './patch-task-tags.ts'
import type { Knowledge, Patched } from './patched.ts'

/** The list of tags after a change of a tag. */
export function patchTagList(tags: TagWithCount[], { id, version, tag }: TagChange): Patched<TagWithCount[]> {
  const known = tags.find((each) => each.id === id)
  const others = tags.filter((each) => each.id !== id)
  if (tag === null) return { data: known === undefined ? tags : others, certain: true }
  if (known !== undefined && known.version >= version) return { data: tags, certain: true }
  const changed = { ...tag, taskCount: known?.taskCount ?? 0 }
  if (known?.name === tag.name) {
    return { data: tags.map((each) => (each.id === id ? changed : each)), certain: true }
  }
  const { data, certain } = insertByName(others, changed)
  // A tag that was changed before it was told may be on tasks already.
  const isNew = tag.createdAt.getTime() === tag.updatedAt.getTime()
  return { data, certain: certain && (known !== undefined || isNew) }
}

/** The list of tags after a change of a task: how many tasks carry each. */
export function patchTagCounts(
  tags: TagWithCount[],
  { task }: TaskChange,
  { before, isNews }: Knowledge,
): Patched<TagWithCount[]> {
  if (before === undefined) return { data: tags, certain: false }
  const was = tagIdsOf(before)
  const is = tagIdsOf(task)
  const changed = new Set([...was, ...is].filter((id) => was.has(id) !== is.has(id)))
  if (changed.size === 0) return { data: tags, certain: isNews }
  const data = tags.map((tag) =>
    changed.has(tag.id) ? { ...tag, taskCount: Math.max(0, tag.taskCount + (is.has(tag.id) ? 1 : -1)) } : tag,
  )
  const areListed = [...is].every((id) => tags.some((tag) => tag.id === id))
  return { data, certain: isNews && areListed }
}

function tagIdsOf(task: Task | null): Set<string> {
  return new Set(task?.tags.map(({ id }) => id))
}
