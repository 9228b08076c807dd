import { createHash } from 'node:crypto'
import type { TagCreateInput, TaskCreateInput } from '@taskwire/contract'
import { AREAS } from './areas.ts'

/** The account that `taskwire seed` makes. Its password is public, so it has no place in production. */
export const DEMONSTRATION_ACCOUNT = { email: 'demo@example.com', password: 'plant-a-tree-today' }

/** The same tags each time, by their ids: creating them again changes nothing. */
export function demonstrationTags(): TagCreateInput[] {
  return AREAS.map(({ tag, color }) => ({ id: idOf(`tag ${tag}`), name: tag, color }))
}

/**
 * The same tasks each time, by their ids. Four of five are due, from a month before the day given to two months after;
 * most of those behind it are done.
 */
export function demonstrationTasks(today: Date): TaskCreateInput[] {
  const titles = AREAS.flatMap(({ tag, actions, things }, area) =>
    actions.flatMap((action) => things.map((thing) => ({ title: `${action} ${thing}`, tag, area }))),
  )
  return titles.map(({ title, tag, area }, index) => {
    // 37 has no factor in common with 90: neighbours are due far apart, and every day has its share.
    const days = ((index * 37) % 90) - 30
    const dueAt = index % 5 === 0 ? null : addDays(today, days, 8 + (index % 10))
    const second = AREAS[(area + 3) % AREAS.length]?.tag
    return {
      id: idOf(`task ${title}`),
      title,
      description: index % 3 === 0 ? describe(title, index) : null,
      dueAt,
      completed: dueAt === null ? index % 20 === 0 : days < 0 && index % 7 !== 0,
      tagIds: [tag, ...(index % 4 === 0 && second !== undefined ? [second] : [])].map((name) => idOf(`tag ${name}`)),
    }
  })
}

const NOTES = [
  'Should not take more than half an hour.',
  'Ask around first whether somebody has done it already.',
  'The receipt is in the blue folder.',
  'Best done in the morning, before it gets busy.',
]

function describe(title: string, index: number): string {
  const note = NOTES[(index / 3) % NOTES.length]
  return index % 2 === 0
    ? `${note}`
    : `${note}\n\n- find out what is needed\n- set aside the time\n- ${title.toLowerCase()}`
}

function addDays(day: Date, days: number, hour: number): Date {
  return new Date(Date.UTC(day.getUTCFullYear(), day.getUTCMonth(), day.getUTCDate() + days, hour))
}

/** A UUID that follows from a name: version 8 of RFC 9562, which leaves its content to us. */
function idOf(name: string): string {
  const hex = createHash('sha256').update(`taskwire/seed/${name}`).digest('hex')
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`
}
