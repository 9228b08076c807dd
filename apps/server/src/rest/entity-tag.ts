import { createHash } from 'node:crypto'
import { type Tag, type Task, tagSchema, taskSchema } from '@taskwire/contract'
import type { ServedRoute } from './rest-routes.ts'

/** Whether a route answers one task or one tag, which has an entity tag of its own. */
export function hasVersion({ outputSchema }: ServedRoute): boolean {
  return outputSchema === taskSchema || outputSchema === tagSchema
}

/**
 * The entity tag of a task or a tag (RFC 9110 §8.8.3): its version. A task looks different when one of its tags has been
 * renamed, which does not change its version; so of a task with tags these are part of it.
 */
export function entityTag(row: Task | Tag): string {
  if (!('tags' in row) || row.tags.length === 0) return `"${row.version}"`
  const tags = createHash('sha256').update(JSON.stringify(row.tags)).digest('base64url').slice(0, 11)
  return `"${row.version}.${tags}"`
}
