import type { Tag, Task, TaskListInput, TaskListResult } from '@taskwire/contract'
import type { TestUser } from '@taskwire/router/testing'
import { describe, expect } from 'vitest'
import type { RowChange } from '../changes/subscription.ts'
import { newId } from '../new-id.ts'
import { test } from '../testing/client-test.ts'
import { type Cached, patch, type TaskPages } from './patch.ts'
import { isCreation, type Knowledge } from './patched.ts'

type Caller = TestUser['caller']

/** A way to look at tasks, as applications do. */
interface View {
  name: string
  /** Of a hundred changes, as many at least are to be certain. */
  certain: number
  read(caller: Caller, ids: Ids): Promise<Cached | null>
  /** Throws unless the patched answer says the same as the server does now. */
  check(caller: Caller, patched: Cached): Promise<void>
}

interface Ids {
  tasks: string[]
  tags: string[]
}

const DAY = 86_400_000
const now = Date.now()

const views: View[] = [
  oneTask(),
  tagList(),
  infinite('the newest first', 80, () => ({ limit: 5 })),
  infinite('those to do', 80, () => ({ limit: 5, completed: false })),
  infinite('by due date', 80, () => ({ limit: 5, sort: 'dueAt', order: 'asc', completed: false })),
  infinite('undated first', 80, () => ({ limit: 5, sort: 'dueAt' })),
  infinite('by last change', 80, () => ({ limit: 5, sort: 'updatedAt' })),
  infinite('due soon', 80, () => ({ limit: 5, dueAfter: new Date(now - DAY), dueBefore: new Date(now + 2 * DAY) })),
  infinite('of a tag', 80, ({ tags }) => ({ limit: 5, tagIds: tags.slice(0, 1) })),
  infinite('by title', 50, () => ({ limit: 5, sort: 'title', order: 'asc' })),
  infinite('counted', 50, () => ({ limit: 5, withTotal: true })),
  infinite('found', 30, () => ({ limit: 5, search: 'wr' })),
  page('a whole short list', 80, () => ({ limit: 100, completed: false })),
  page('a whole list of a tag, counted', 70, ({ tags }) => ({ limit: 100, tagIds: tags.slice(1, 2), withTotal: true })),
  page('the first few', 30, () => ({ limit: 5 })),
  page('the first few, counted', 5, () => ({ limit: 5, sort: 'updatedAt', withTotal: true })),
  page('the next to be done', 30, () => ({ limit: 5, sort: 'dueAt', order: 'asc' })),
  page('by title backwards', 5, () => ({ limit: 7, sort: 'title', order: 'desc' })),
  page('a numbered page', 5, () => ({ limit: 5, offset: 5, sort: 'dueAt', order: 'asc' })),
  page('the trash', 5, () => ({ deleted: true, limit: 5 })),
  page('found', 30, () => ({ search: 'REPORT', limit: 100 })),
]

describe('what is cached, after a change,', () => {
  test('is what the server answers, or is not certain', async ({ newcomer: { caller } }) => {
    const random = randomFrom(1)
    const ids: Ids = { tasks: [], tags: [] }
    for (let made = 0; made < 3; made += 1) await writeTag({ caller, random, ids })
    for (let made = 0; made < 25; made += 1) await writeTask({ caller, random, ids })

    const known = new Map<string, Task | null>()
    let { version } = await caller.change.list({})
    for (const { id, task } of await allTasks(caller)) known.set(id, task)
    const cached = await Promise.all(views.map((view) => view.read(caller, ids)))
    const shares = views.map(() => ({ certain: 0, all: 0 }))

    for (let round = 0; round < 25; round += 1) {
      await write({ caller, random, ids })
      const { changes } = await caller.change.list({ since: version })
      version = changes.at(-1)?.version ?? version
      for (const [index, view] of views.entries()) {
        const old = cached[index] ?? null
        // An answer that was read after the changes must come to the same.
        const isLate = random.chance(0.1)
        let current = old !== null && isLate ? await reread(view, { caller, old }) : old
        let isCertain = true
        for (const change of changes) {
          if (current === null) break
          const before = beforeOf(change, random.chance(0.8) ? known.get(change.id) : undefined)
          const patched = patch(current, change, { before, isNews: !isLate, isPending: () => false })
          current = { ...current, data: patched.data } as Cached
          isCertain &&= patched.certain
        }
        cached[index] = current
        if (current === null) cached[index] = await view.read(caller, ids)
        else if (isCertain) await checked(view, { caller, current, changes })
        else cached[index] = await reread(view, { caller, old: current })
        const share = shares[index] ?? { certain: 0, all: 0 }
        share.all += changes.length === 0 ? 0 : 1
        share.certain += isCertain && changes.length > 0 ? 1 : 0
      }
      for (const change of changes) if (change.type === 'task') known.set(change.id, change.task)
    }
    for (const [index, { name, certain }] of views.entries()) {
      const share = shares[index]
      expect.soft((100 * (share?.certain ?? 0)) / (share?.all ?? 1), name).toBeGreaterThanOrEqual(certain)
    }
  }, 240_000)
})

async function checked(
  view: View,
  { caller, current, changes }: { caller: Caller; current: Cached; changes: readonly RowChange[] },
): Promise<void> {
  await view.check(caller, current).catch((error: unknown) => {
    throw new Error(`${view.name}, after ${JSON.stringify(changes)}`, { cause: error })
  })
}

function beforeOf(change: RowChange, known: Task | null | undefined): Knowledge['before'] {
  if (change.type === 'tag') return undefined
  return isCreation(change.task) ? null : known
}

/** The same question to the server, now; null when there is no answer any more. */
async function reread(view: View, { caller, old }: { caller: Caller; old: Cached }): Promise<Cached | null> {
  switch (old.procedure) {
    case 'task.get':
      return caller.task.get(old.input).then(
        (data) => ({ ...old, data }),
        () => null,
      )
    case 'task.list':
      return { ...old, data: await caller.task.list(old.input) }
    case 'task.list pages':
      return { ...old, data: await readPages(caller, { input: old.input, count: 2 }) }
    case 'tag.list':
      return view.read(caller, { tasks: [], tags: [] })
  }
}

function oneTask(): View {
  return {
    name: 'task.get',
    certain: 75,
    async read(caller, { tasks }) {
      for (const id of tasks.toReversed()) {
        const data = await caller.task.get({ id }).catch(() => null)
        if (data !== null) return { procedure: 'task.get', input: { id }, data }
      }
      return null
    },
    async check(caller, { input, data }) {
      expect(data).toEqual(await caller.task.get(input as { id: string }))
    },
  }
}

function tagList(): View {
  return {
    name: 'tag.list',
    certain: 50,
    read: async (caller) => ({ procedure: 'tag.list', input: undefined, data: await caller.tag.list() }),
    check: async (caller, { data }) => expect(data).toEqual(await caller.tag.list()),
  }
}

function page(name: string, certain: number, inputOf: (ids: Ids) => TaskListInput): View {
  return {
    name: `page: ${name}`,
    certain,
    async read(caller, ids) {
      const input = inputOf(ids)
      return { procedure: 'task.list', input, data: await caller.task.list(input) }
    },
    async check(caller, cached) {
      const input = cached.input as TaskListInput
      const { items, nextCursor, total } = cached.data as TaskListResult
      const now = await caller.task.list(input)
      expect({ items, total }).toEqual({ items: now.items, total: now.total })
      // A cursor may lead to an empty page, after those that followed have gone.
      expect(await restOf(caller, { input, cursor: nextCursor })).toEqual(
        await restOf(caller, { input, cursor: now.nextCursor }),
      )
    },
  }
}

function infinite(name: string, certain: number, inputOf: (ids: Ids) => TaskListInput): View {
  return {
    name: `infinite: ${name}`,
    certain,
    async read(caller, ids) {
      const input = inputOf(ids)
      return { procedure: 'task.list pages', input, data: await readPages(caller, { input, count: 2 }) }
    },
    async check(caller, cached) {
      const input = cached.input as TaskListInput
      const { pages } = cached.data as TaskPages
      const all = await caller.task.list({ ...input, limit: 100 })
      const shown = pages.flatMap(({ items }) => items)
      expect(shown).toEqual(all.items.slice(0, shown.length))
      expect(await restOf(caller, { input, cursor: pages.at(-1)?.nextCursor ?? null })).toEqual(
        all.items.slice(shown.length).map(({ id }) => id),
      )
      for (const { total } of pages) expect(total).toBe(all.total)
    },
  }
}

async function readPages(
  caller: Caller,
  { input, count }: { input: TaskListInput; count: number },
): Promise<TaskPages> {
  const pages: TaskListResult[] = []
  const pageParams: unknown[] = []
  for (let cursor: string | null = null; pages.length === 0 || (pages.length < count && cursor !== null); ) {
    pageParams.push(cursor)
    const next: TaskListResult = await caller.task.list({ ...input, cursor })
    pages.push(next)
    cursor = next.nextCursor
  }
  return { pages, pageParams }
}

async function restOf(
  caller: Caller,
  { input, cursor }: { input: TaskListInput; cursor: string | null },
): Promise<string[]> {
  if (cursor === null || input.offset !== undefined) return []
  const { items } = await caller.task.list({ ...input, cursor, limit: 100 })
  return items.map(({ id }) => id)
}

async function allTasks(caller: Caller): Promise<{ id: string; task: Task | null }[]> {
  const { changes } = await caller.change.list({ since: 0, limit: 500 })
  return changes.flatMap((change) => (change.type === 'task' ? [change] : []))
}

interface Writing {
  caller: Caller
  random: Random
  ids: Ids
}

async function write(writing: Writing): Promise<void> {
  const { caller, random, ids } = writing
  const id = random.of(ids.tasks) ?? ''
  const kinds = [
    () => writeTask(writing),
    () => caller.task.update({ id, ...contentOf(writing) }),
    () => caller.task.update({ id, title: titleOf(random) }),
    () => caller.task.update({ id, tagIds: random.some(ids.tags) }),
    () => caller.task.setCompleted({ id, completed: random.chance(0.5) }),
    () => caller.task.delete({ id }),
    () => caller.task.restore({ id }),
    () => caller.task.updateMany({ ids: random.some(ids.tasks).slice(0, 3), completed: random.chance(0.5) }),
    () => (random.chance(0.5) ? writeTag(writing) : null),
    () => caller.tag.update({ id: random.of(ids.tags) ?? '', name: nameOf(random) }),
    () => (random.chance(0.1) ? caller.tag.delete({ id: ids.tags.pop() ?? '' }) : null),
  ]
  // Some are refused: of a task in the trash, or a name that is taken.
  await Promise.resolve(random.of(kinds)?.()).catch(() => {})
}

async function writeTask(writing: Writing): Promise<void> {
  const { caller, ids } = writing
  const { id } = await caller.task.create({ id: newId(), ...contentOf(writing) })
  ids.tasks.push(id)
}

async function writeTag({ caller, random, ids }: Writing): Promise<void> {
  const tag: Tag | null = await caller.tag.create({ name: nameOf(random) }).catch(() => null)
  if (tag !== null) ids.tags.push(tag.id)
}

function contentOf({ random, ids }: Writing) {
  return {
    title: titleOf(random),
    description: random.of([null, 'For work', 'Berichte für Ärzte', 'x'.repeat(50)]) ?? null,
    dueAt: random.chance(0.3) ? null : new Date(now + Math.floor(random.next() * 10 - 5) * DAY),
    completed: random.chance(0.3),
    tagIds: random.some(ids.tags),
  }
}

function titleOf(random: Random): string {
  return `${random.of(['Write', 'write', 'report', 'Übung', 'zebra', 'Äpfel', 'read', 'Call'])} ${Math.floor(random.next() * 5)}`
}

function nameOf(random: Random): string {
  return (
    random.of(['home', 'Work', 'errands', 'garden', 'Überall', 'a b', 'phone', 'x-1', 'car', 'Boat', 'ship']) ?? 'home'
  )
}

interface Random {
  next(): number
  chance(share: number): boolean
  of<T>(values: readonly T[]): T | undefined
  some<T>(values: readonly T[]): T[]
}

/** The same numbers for the same seed. */
function randomFrom(seed: number): Random {
  let state = seed
  const next = () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state / 2 ** 32
  }
  return {
    next,
    chance: (share) => next() < share,
    of: (values) => values[Math.floor(next() * values.length)],
    some: (values) => values.filter(() => next() < 0.4),
  }
}
