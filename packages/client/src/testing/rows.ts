import type { Tag, Task } from '@taskwire/contract'

/** 2026-01-01T09:00:00Z, in milliseconds. */
const BEGINNING = Date.UTC(2026, 0, 1, 9)

/** Milliseconds. */
const MINUTE = 60_000

let made = 0

/**
 * A task as the server would answer it, with these fields: not completed, without description, due date and tags unless
 * they say otherwise. Each has an id and a version of its own, and was made a minute after the one before.
 *
 * @example
 * const overdue = aTask({ title: 'Write the report', dueAt: new Date('2026-01-02') })
 */
export function aTask(fields: Partial<Task> = {}): Task {
  const task = { title: 'A task', description: null, completed: false, dueAt: null, tags: [], ...row(), ...fields }
  return { completedAt: task.completed ? task.updatedAt : null, ...task }
}

/**
 * A tag as the server would answer it, with these fields: named and without a colour unless they say otherwise. Each has
 * an id, a name and a version of its own, and was made a minute after the one before.
 *
 * @example
 * const home = aTag({ name: 'Home' })
 * const task = aTask({ tags: [home] })
 */
export function aTag(fields: Partial<Tag> = {}): Tag {
  const own = row()
  return { name: `Tag ${own.version}`, color: null, ...own, ...fields }
}

/** What tasks and tags have in common. */
function row() {
  made += 1
  const at = new Date(BEGINNING + made * MINUTE)
  return { id: uuid(at, made), version: made, createdAt: at, updatedAt: at, deletedAt: null }
}

/** A UUIDv7 of this moment (RFC 9562, section 5.7). */
function uuid(at: Date, number: number): string {
  const time = at.getTime().toString(16).padStart(12, '0')
  return `${time.slice(0, 8)}-${time.slice(8)}-7000-8000-${number.toString(16).padStart(12, '0')}`
}
