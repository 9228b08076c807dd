import type { TaskListResult } from '@taskwire/contract'
import type { Cached, TaskPages } from './patch.ts'

interface Row {
  id: string
}

export interface PendingRows {
  /** Whether a mutation of the row is under way. */
  isPending(id: string): boolean
  /** Only the next page was read: a row on it was not shown before. */
  isNextPage: boolean
}

/**
 * What a query has just read, with the rows that mutations of this tab have changed in the cache as the tab shows them:
 * the server knows nothing of these mutations yet. One that was put into a list stays, and one that was taken out of it
 * does not come back.
 */
export function keepPending(read: Cached, shown: Cached, pending: PendingRows): Cached['data'] {
  if (read.procedure === 'task.get') return pending.isPending(read.data.id) ? shown.data : read.data
  if (read.procedure === 'tag.list' && shown.procedure === 'tag.list') {
    return keepRows([read.data], [shown.data], pending)[0] ?? read.data
  }
  if (read.procedure === 'task.list' && shown.procedure === 'task.list') {
    return keepTasks([read.data], [shown.data], pending)[0] ?? read.data
  }
  if (read.procedure === 'task.list pages' && shown.procedure === 'task.list pages') {
    const { pages } = read.data
    const kept = keepTasks(pages, (shown.data as TaskPages).pages, pending)
    return kept === pages ? read.data : { ...read.data, pages: kept }
  }
  return read.data
}

function keepTasks(read: TaskListResult[], shown: TaskListResult[], pending: PendingRows): TaskListResult[] {
  const rows = read.map(({ items }) => items)
  const kept = keepRows(
    rows,
    shown.map(({ items }) => items),
    pending,
  )
  return kept === rows ? read : read.map((page, index) => ({ ...page, items: kept[index] ?? page.items }))
}

/** Takes what is pending out of the pages that were read, and puts in what was shown, each behind the row before it. */
function keepRows<R extends Row>(read: R[][], shown: R[][], { isPending, isNextPage }: PendingRows): R[][] {
  const known = isNextPage ? shown.length : read.length
  const isTouched = [...read.slice(0, known), ...shown].some((page) => page.some(({ id }) => isPending(id)))
  if (!isTouched) return read
  const kept = read.map((page, index) => (index < known ? page.filter(({ id }) => !isPending(id)) : page))
  const before: R[] = []
  for (const row of shown.flat()) {
    if (isPending(row.id)) insertAfter(kept, { row, before })
    before.push(row)
  }
  return kept
}

/** In place: behind the nearest of the rows before it that is there, or first of all. */
function insertAfter<R extends Row>(pages: R[][], { row, before }: { row: R; before: readonly R[] }): void {
  for (const { id } of [...before].reverse()) {
    for (const page of pages) {
      const index = page.findIndex((each) => each.id === id)
      if (index === -1) continue
      page.splice(index + 1, 0, row)
      return
    }
  }
  pages[0]?.unshift(row)
}
