import type { SortOrder, TaskSort } from '@taskwire/contract'
import { taskSorts } from '@taskwire/domain'

/** How a list of tasks is sorted. */
export interface Sorted {
  sort: TaskSort
  order: SortOrder
}

const orders: SortOrder[] = ['asc', 'desc']

/** Every way to sort a list of tasks. */
export const sortedLists: Sorted[] = Object.keys(taskSorts).flatMap((sort) =>
  orders.map((order) => ({ sort: sort as TaskSort, order })),
)
