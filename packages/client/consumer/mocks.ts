import { isTaskwireError, safe, type Task, type TaskwireClient } from '@taskwire/client'
import { createMockClient, type MockHandlers, taskwireError } from '@taskwire/client/testing'

export async function check(task: Task): Promise<boolean> {
  const handlers: MockHandlers = {
    'task.get': ({ id }) => ({ ...task, id }),
    'task.list': async (input) => ({ items: input?.search === undefined ? [task] : [], nextCursor: null, total: null }),
    'task.create': () => {
      throw taskwireError('RATE_LIMITED', { retryAfter: 30 })
    },
  }
  const client: TaskwireClient = createMockClient(handlers)
  const [, error] = await safe(client.task.create.mutate({ title: 'Write' }))
  return isTaskwireError(error) && client.$session.status === 'signedOut'
}
