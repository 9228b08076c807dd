import type { Task } from '@taskwire/client'

export function ownerOf(task: Task) {
  return task.userId
}
