import { v7 } from 'uuid'

/**
 * A new id for a task or tag: a UUIDv7 (RFC 9562). Creates that carry one can be repeated safely, and ids made by one
 * client sort by when they were made.
 */
export function newId(): string {
  return v7()
}
