import type { TagChange, Task, TaskTag } from '@taskwire/contract'
import type { Patched } from './patched.ts'
import { compareNames } from './text-order.ts'

/** A task after a change of a tag that it may carry. */
export function patchTaskTags(task: Task, { id, tag }: TagChange): Patched<Task> {
  const carried = task.tags.find((each) => each.id === id)
  if (carried === undefined) return { data: task, certain: true }
  const others = task.tags.filter((each) => each.id !== id)
  if (tag === null) return { data: { ...task, tags: others }, certain: true }
  if (carried.name === tag.name && carried.color === tag.color) return { data: task, certain: true }
  const changed: TaskTag = { id, name: tag.name, color: tag.color }
  if (carried.name === tag.name) {
    return { data: { ...task, tags: task.tags.map((each) => (each.id === id ? changed : each)) }, certain: true }
  }
  const { data, certain } = insertByName(others, changed)
  return { data: { ...task, tags: data }, certain }
}

/** Puts a tag where its name belongs. */
export function insertByName<Named extends { name: string }>(sorted: Named[], named: Named): Patched<Named[]> {
  const orders = sorted.map((each) => compareNames(each.name, named.name))
  const found = orders.findIndex(({ order }) => order > 0)
  const index = found === -1 ? sorted.length : found
  // Between two neighbours of which one is certain, it stands for certain.
  const certain = [orders[index - 1], orders[index]].every((order) => order?.certain !== false)
  return { data: [...sorted.slice(0, index), named, ...sorted.slice(index)], certain }
}
