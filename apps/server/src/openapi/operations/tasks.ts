import { TOMBSTONE_DAYS } from '@taskwire/domain'
import { tagExample, taskExample } from '../examples.ts'
import type { OperationGroup, RestProcedure } from './operation-text.ts'

const { id } = taskExample
const one = { task: { value: taskExample } }
const many = { tasks: { value: { count: 2, version: 42 } } }
const otherId = '01981f0f-1d20-7e9a-a3c4-6b5a4c3d2e1f'
const stale =
  'A stale `version` in the body is a 409, a stale `If-Match` a 412; both bring the task as it is now. Without either, the last one to write wins.'

export const tasks: OperationGroup<RestProcedure<'task'>> = {
  tag: {
    name: 'tasks',
    description: "The user's tasks. Somebody else's task is `NOT_FOUND`, as one is that never existed.",
  },
  versioned: 'Task',
  operations: {
    'task.list': {
      operationId: 'listTasks',
      description:
        'Every filter that is given narrows the list. For the next page follow `Link`, or send `nextCursor` as `cursor` with the same filters; `offset` is for numbered pages. A cursor of another list is a `VALIDATION_FAILED`, and a search that takes too long a `TIMEOUT`.',
      parameters: {
        limit: 5,
        completed: false,
        tagIds: [tagExample.id],
        search: 'train',
        dueBefore: '2026-12-24T00:00:00Z',
        withTotal: true,
      },
      answer: { page: { value: { items: [taskExample], nextCursor: 'eyJzIjoiY3JlYXRlZEF0In0', total: 12 } } },
      headers: ['Link'],
    },
    'task.get': {
      operationId: 'getTask',
      description: 'One in the trash is `NOT_FOUND`; `GET /tasks?deleted=true` lists those.',
      parameters: { id },
      answer: one,
    },
    'task.create': {
      operationId: 'createTask',
      description:
        'With an id of your own, as `id` or as `Idempotency-Key`, a repeated call answers the task that is there: a retry is safe. A task that was deleted meanwhile is answered with `deletedAt`: it is in the trash. `NOT_FOUND` when a tag is none of the user.',
      body: {
        short: { value: { title: taskExample.title } },
        whole: {
          value: {
            id,
            title: taskExample.title,
            description: taskExample.description,
            dueAt: '2026-12-01T10:00:00+01:00',
            tagIds: [tagExample.id],
          },
        },
      },
      answer: one,
    },
    'task.update': {
      operationId: 'updateTask',
      putOperationId: 'putTask',
      description: `At least one field; null removes, and so does a list without tags. ${stale}`,
      parameters: { id, 'If-Match': '"6"' },
      body: {
        title: { value: { title: taskExample.title } },
        noDate: {
          summary: 'No date any more, unless the task has changed meanwhile',
          value: { dueAt: null, version: 6 },
        },
      },
      answer: one,
    },
    'task.setCompleted': {
      operationId: 'setTaskCompleted',
      description: stale,
      parameters: { id, 'If-Match': '"7"' },
      body: { done: { value: { completed: true } } },
      answer: {
        done: { value: { ...taskExample, completed: true, completedAt: '2026-11-22T10:00:00.000Z', version: 8 } },
      },
    },
    'task.delete': {
      operationId: 'deleteTask',
      description: `It can be restored for ${TOMBSTONE_DAYS} days. A stale \`If-Match\` is a 412 with the task as it is now.`,
      parameters: { id, 'If-Match': '"7"' },
    },
    'task.restore': {
      operationId: 'restoreTask',
      description: 'Calling it twice does no harm.',
      parameters: { id },
      answer: one,
    },
    'task.updateMany': {
      operationId: 'updateTasks',
      description:
        'At least one change. `NOT_FOUND` when the user lacks one of the tasks or tags; `VALIDATION_FAILED` where a task would have too many tags. The more tasks, the more of the limit it costs.',
      body: {
        complete: { value: { ids: [id, otherId], completed: true } },
        tag: { value: { ids: [id, otherId], addTagIds: [tagExample.id] } },
      },
      answer: many,
    },
    'task.deleteMany': {
      operationId: 'deleteTasks',
      description: 'Name the tasks in the query: `?ids=…&ids=…`. The more tasks, the more of the limit it costs.',
      parameters: { ids: [id, otherId] },
      answer: many,
    },
  },
}
