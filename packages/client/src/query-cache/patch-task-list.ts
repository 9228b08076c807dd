import type { TagChange, Task, TaskChange, TaskListResult } from '@taskwire/contract'
import { moveCursor, placeOfCursor } from './cursor.ts'
import { patchTaskTags } from './patch-task-tags.ts'
import type { Knowledge, Patched } from './patched.ts'
import { type Answer, holds, type TaskListQuery } from './task-list-query.ts'
import { comparePlaces, placeOf, type TaskPlace } from './task-place.ts'

/** A list of which some pages are cached, one after the other. */
export interface CachedList {
  query: TaskListQuery
  pages: TaskListResult[]
  /** The cursor of the first page; null where that begins with the list. */
  cursor: string | null
  /** The pages of an infinite query: they grow and shrink. Otherwise there is one, which has its limit. */
  isInfinite: boolean
}

type Pages = TaskListResult[]

/** The pages after a change of a task. Each page goes on holding what lies between its cursor and the next one. */
export function patchTaskList(list: CachedList, change: TaskChange, knowledge: Knowledge): Patched<Pages> {
  const copies = copiesOf(list.pages, change.id)
  if (copies.some(({ copy }) => copy.version >= change.version)) {
    // Pages are read one by one: one of them may hold what the total of another does not count.
    const isCounted = list.pages.length === 1 || list.pages.every(({ total }) => total === null)
    return { data: withoutOlder(list.pages, change), certain: isCounted }
  }
  const belongs = belongsTo(list.query, change.task)
  if (belongs === undefined) return { data: replace(list.pages, change), certain: false }

  if (list.query.offset > 0 && copies.length === 0) {
    // It may stand on a page before this one, or may have stood there.
    const wasElsewhere = wasOnAnotherPage(list, { shown: 0, knowledge })
    return { data: list.pages, certain: !belongs && wasElsewhere === false }
  }

  const placed =
    belongs && change.task !== null
      ? place(list, change.task)
      : { data: remove(list.pages, change.id), certain: true, page: null }
  const fitted = fit({ ...list, pages: placed.data }, { was: list.pages, knowledge })
  const shown = Number(placed.page !== null) - Number(copies.length > 0)
  const counted = count({ ...list, pages: fitted.data }, { shown, ...change, belongs, knowledge, old: list })
  const isInWindow = list.query.offset === 0 || isSameWindow(list, { pages: placed.data, belongs })
  return { data: counted.data, certain: placed.certain && fitted.certain && counted.certain && isInWindow }
}

/** The pages after a change of a tag. */
export function patchTagsOfList(list: CachedList, change: TagChange, { isPending }: Knowledge): Patched<Pages> {
  if (change.tag === null && list.query.tagIds.includes(change.id)) {
    const data = list.pages.map(({ items, total }) => ({
      items: items.filter(({ id }) => isPending(id)),
      nextCursor: null,
      total: total === null ? null : 0,
    }))
    return { data, certain: true }
  }
  let certain = true
  const data = mapTasks(list.pages, (task) => {
    const patched = patchTaskTags(task, change)
    certain &&= patched.certain
    return patched.data
  })
  return { data, certain }
}

function belongsTo(query: TaskListQuery, task: Task | null): Answer {
  // The trash shows a deleted task as it was, of which the change says nothing.
  if (task === null) return query.deleted ? undefined : false
  return holds(query, task)
}

interface Placed extends Patched<Pages> {
  /** The page on which the task stands; null where it stands on none. */
  page: number | null
}

/** Puts a task that belongs to the list where it stands, if that lies on the pages. */
function place(list: CachedList, task: Task): Placed {
  const unmoved = replaceUnmoved(list, task)
  if (unmoved !== null) return unmoved
  const { query } = list
  const pages = remove(list.pages, task.id)
  const here = placeOf(task, query.sort)
  let certain = true
  const isAfter = (there: TaskPlace | null) => {
    if (there === null) {
      certain = false
      return false
    }
    const compared = comparePlaces(here, there, query)
    certain &&= compared.certain
    return compared.order > 0
  }

  if (list.cursor !== null && !isAfter(placeOfCursor(list.cursor, query.sort))) {
    return { data: pages, certain, page: null }
  }
  const page = pages.findIndex(
    ({ nextCursor }) => nextCursor === null || !isAfter(placeOfCursor(nextCursor, query.sort)),
  )
  if (page === -1) return { data: pages, certain, page: null }
  const inserted = insert(pages[page]?.items ?? [], task, query)
  const data = pages.map((each, index) => (index === page ? { ...each, items: inserted.data } : each))
  return { data, certain: certain && inserted.certain, page }
}

/** A change that leaves the sort key as it was needs no comparison. */
function replaceUnmoved({ query, pages }: CachedList, task: Task): Placed | null {
  const { key } = placeOf(task, query.sort)
  const found = copiesOf(pages, task.id)
  const [only] = found
  if (only === undefined || found.length > 1 || placeOf(only.copy, query.sort).key !== key) return null
  const replaced = pages.map((each, page) =>
    page === only.page ? { ...each, items: each.items.map((old) => (old === only.copy ? task : old)) } : each,
  )
  return { data: replaced, certain: true, page: only.page }
}

function insert(items: Task[], task: Task, query: TaskListQuery): Patched<Task[]> {
  const here = placeOf(task, query.sort)
  const orders = items.map((item) => comparePlaces(placeOf(item, query.sort), here, query))
  const found = orders.findIndex(({ order }) => order > 0)
  const index = found === -1 ? items.length : found
  const certain = [orders[index - 1], orders[index]].every((order) => order?.certain !== false)
  return { data: [...items.slice(0, index), task, ...items.slice(index)], certain }
}

/** A page that is not one of an infinite query has its limit, and where it is cut its cursor leads on. */
function fit(list: CachedList, { was, knowledge }: { was: Pages; knowledge: Knowledge }): Patched<Pages> {
  const [page] = list.pages
  const [before] = was
  if (list.isInfinite || page === undefined || before === undefined || page === before) {
    return { data: list.pages, certain: true }
  }
  const { limit, sort } = list.query
  // Where pages end by bytes, only the server knows where.
  let certain = surelyFits(page.items)
  let { items, nextCursor } = page
  const wasFull = before.nextCursor === null || before.items.length === limit
  if (!wasFull || (nextCursor !== null && items.length < limit)) certain &&= items === before.items
  if (items.length > limit) {
    const cut = items.slice(limit)
    if (cut.some(({ id }) => knowledge.isPending(id))) return { data: list.pages, certain: false }
    items = items.slice(0, limit)
    // Only a cursor says which list it leads on in.
    certain &&= nextCursor !== null
  }
  const last = items.at(-1)
  if (nextCursor !== null && last !== undefined && isMoved(last, { before, sort })) {
    const moved = moveCursor(nextCursor, placeOf(last, sort))
    certain &&= moved !== null
    nextCursor = moved ?? nextCursor
  }
  return { data: [{ ...page, items, nextCursor }], certain }
}

function isMoved(last: Task, { before, sort }: { before: TaskListResult; sort: TaskListQuery['sort'] }): boolean {
  const old = before.items.at(-1)
  return old?.id !== last.id || placeOf(old, sort).key !== placeOf(last, sort).key
}

/** Bytes of JSON of a page, at most. The server's pages end at 1 MB. */
const PAGE_BYTES = 1_000_000

/** Bytes of JSON that a task takes beside its texts, and a tag, at most; and a unit of UTF-16. */
const MOST_BYTES = { task: 700, tag: 700, character: 6 }

function surelyFits(items: Task[]): boolean {
  const bytes = items.map(
    ({ title, description, tags }) =>
      MOST_BYTES.task +
      MOST_BYTES.tag * tags.length +
      MOST_BYTES.character * (title.length + (description?.length ?? 0)),
  )
  return bytes.reduce((sum, each) => sum + each, 0) < PAGE_BYTES
}

interface Counting {
  /** 1 where the task has come onto the pages, -1 where it has left them. */
  shown: number
  task: Task | null
  belongs: boolean
  knowledge: Knowledge
  old: CachedList
}

/** The totals, where the query asks for them. */
function count(list: CachedList, { shown, task, belongs, knowledge, old }: Counting): Patched<Pages> {
  if (list.pages.every(({ total }) => total === null)) return { data: list.pages, certain: true }
  const isOnPages = (pages: Pages) => pages.some(({ items }) => items.some(({ id }) => id === task?.id))
  const was = isOnPages(old.pages) || shown < 0 || wasOnAnotherPage(list, { shown, knowledge })
  const difference = Number(belongs) - Number(was ?? belongs)
  const data = list.pages.map((page) => ({
    ...page,
    total: page.total === null ? null : Math.max(0, page.total + difference),
  }))
  // A total is read after its page, and one page after the other: it may count already what a page does not show.
  return { data: difference === 0 ? list.pages : data, certain: was !== undefined && knowledge.isNews }
}

/** Whether a task that was not on the pages was in the list: before them, or after them. */
function wasOnAnotherPage(
  { query, pages, cursor }: CachedList,
  { shown, knowledge: { before, isNews } }: { shown: number; knowledge: Knowledge },
): Answer {
  const isWhole = cursor === null && query.offset === 0 && pages.at(-1)?.nextCursor === null
  // What has come onto the pages of a list in which nothing moves was not in it.
  if (isWhole || (shown > 0 && query.sort === 'createdAt')) return false
  if (before === undefined || !isNews) return undefined
  return before === null ? false : holds(query, before)
}

/** Whether a page by offset goes on beginning with the same task: one of its tasks has left it, or stands where it stood. */
function isSameWindow(
  { query, pages: old }: CachedList,
  { pages, belongs }: { pages: Pages; belongs: boolean },
): boolean {
  const places = (each: Pages) => each.flatMap(({ items }) => items.map((task) => placeOf(task, query.sort)))
  return !belongs || JSON.stringify(places(old)) === JSON.stringify(places(pages))
}

/** Where a task stands. By loops: each change looks at every task that is cached, of which there may be thousands. */
function copiesOf(pages: Pages, id: string): { page: number; copy: Task }[] {
  const copies: { page: number; copy: Task }[] = []
  for (const [page, { items }] of pages.entries()) {
    for (const copy of items) if (copy.id === id) copies.push({ page, copy })
  }
  return copies
}

function withoutOlder(pages: Pages, { id, version }: TaskChange): Pages {
  return filterTasks(pages, (task) => task.id !== id || task.version >= version)
}

function remove(pages: Pages, id: string): Pages {
  return filterTasks(pages, (task) => task.id !== id)
}

function replace(pages: Pages, { id, task }: TaskChange): Pages {
  return mapTasks(pages, (each) => (each.id === id && task !== null ? task : each))
}

/** Every page and list in which nothing changes stays the same object. */
function filterTasks(pages: Pages, keeps: (task: Task) => boolean): Pages {
  return mapItems(pages, (items) => (items.every(keeps) ? items : items.filter(keeps)))
}

function mapTasks(pages: Pages, map: (task: Task) => Task): Pages {
  return mapItems(pages, (items) => {
    const mapped = items.map(map)
    return mapped.every((task, index) => task === items[index]) ? items : mapped
  })
}

function mapItems(pages: Pages, map: (items: Task[]) => Task[]): Pages {
  const mapped = pages.map((page) => {
    const items = map(page.items)
    return items === page.items ? page : { ...page, items }
  })
  return mapped.every((page, index) => page === pages[index]) ? pages : mapped
}
