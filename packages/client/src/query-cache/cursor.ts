import type { TaskSort } from '@taskwire/contract'
import type { TaskPlace } from './task-place.ts'

/**
 * The place at which a page ends, out of the server's `nextCursor`: the last task of the page may have moved away since.
 * To callers a cursor means nothing; here it is read because nothing else says where the page ended.
 *
 * @returns null for a cursor of a server that writes them in another way
 */
export function placeOfCursor(cursor: string, sort: TaskSort): TaskPlace | null {
  const [, key, id] = parse(cursor)
  if (typeof key !== 'string' || typeof id !== 'string') return null
  if (sort === 'title') return { key, id }
  const milliseconds = key === 'infinity' ? Number.POSITIVE_INFINITY : Date.parse(`${key.replace(' ', 'T')}:00`)
  return Number.isNaN(milliseconds) ? null : { key: milliseconds, id }
}

/**
 * The cursor of the same list that leads on from another place.
 *
 * @returns null where that is not certain: for a title whose lower case only the database knows
 */
export function moveCursor(cursor: string, { key, id }: TaskPlace): string | null {
  const [list] = parse(cursor)
  const text = typeof key === 'number' ? instantOf(key) : isAscii(key) ? key.toLowerCase() : null
  if (typeof list !== 'string' || text === null) return null
  return btoa(JSON.stringify([list, text, id]))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replace(/=+$/, '')
}

function parse(cursor: string): unknown[] {
  try {
    const bytes = Uint8Array.from(atob(cursor.replaceAll('-', '+').replaceAll('_', '/')), (byte) => byte.charCodeAt(0))
    const parts: unknown = JSON.parse(new TextDecoder().decode(bytes))
    return Array.isArray(parts) && parts.length === 3 ? parts : []
  } catch {
    return []
  }
}

/** As PostgreSQL writes it. */
function instantOf(milliseconds: number): string {
  if (milliseconds === Number.POSITIVE_INFINITY) return 'infinity'
  return new Date(milliseconds)
    .toISOString()
    .replace('T', ' ')
    .replace(/\.?0*Z$/, '+00')
}

function isAscii(text: string): boolean {
  return /^[\0-\x7f]*$/.test(text)
}
