import { type SortOrder, type TaskSort, taskListInputSchema } from '@taskwire/contract'
import { fieldsOf } from '@taskwire/contract/testing'

/** How a list of tasks is sorted. */
export interface Sorted {
  sort: TaskSort
  order: SortOrder
}

const { sort, order } = fieldsOf(taskListInputSchema)

/** What a list of tasks can be sorted by. */
const taskSorts = choicesOf<TaskSort>(sort)

/** Every way to sort a list of tasks. */
export const sortedLists: Sorted[] = taskSorts.flatMap((sort) =>
  choicesOf<SortOrder>(order).map((order) => ({ sort, order })),
)

function choicesOf<Choice>(field: { enum?: unknown[] } | undefined): Choice[] {
  if (field?.enum === undefined) throw new TypeError('The schema of task.list offers no choice')
  return field.enum as Choice[]
}
