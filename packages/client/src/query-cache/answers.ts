import type { Mutation } from '@tanstack/react-query'
import type { Tag, Task } from '@taskwire/contract'
import type { RowChange } from '../changes/subscription.ts'
import { pathOf } from './cached-queries.ts'

/** The change that a mutation has made, by its answer; null where the answer does not tell all of it. */
export function changeMadeBy({ options, state }: Mutation): RowChange | null {
  const [type, name] = pathOf(options.mutationKey)
  if (type !== 'task' && type !== 'tag') return null
  const answer = state.data as Partial<Task & Tag> | null | undefined
  if (typeof answer?.version !== 'number') return null
  if (name === 'delete') {
    const { id } = state.variables as { id: string }
    const deletion = { id: id.toLowerCase(), version: answer.version, deleted: true }
    return type === 'task' ? { type, ...deletion, task: null } : { type, ...deletion, tag: null }
  }
  if (answer.id === undefined) return null
  const { id, version } = answer
  const deleted = answer.deletedAt !== null
  return type === 'task'
    ? { type, id, version, deleted, task: deleted ? null : (answer as Task) }
    : { type, id, version, deleted, tag: deleted ? null : (answer as Tag) }
}
