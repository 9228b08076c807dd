import { expectTypeOf } from 'vitest'
import type { Task } from '../index.ts'
import { createMockClient, type MockHandlers, taskwireError } from './index.ts'

declare const task: Task

createMockClient({
  'task.get': (input) => {
    expectTypeOf(input).toEqualTypeOf<{ id: string }>()
    return task
  },
  'task.list': async (input) => {
    // A caller may leave it out.
    expectTypeOf(input?.search).toEqualTypeOf<string | undefined>()
    return { items: [task], nextCursor: null, total: null }
  },
})
// @ts-expect-error no such procedure
createMockClient({ 'task.rename': () => task })
// @ts-expect-error not what it answers
createMockClient({ 'task.get': () => null })
// Streams are not for it.
expectTypeOf<MockHandlers>().not.toHaveProperty('change.stream')

// What a reason carries is owed, and nothing else.
taskwireError('NOT_FOUND')
taskwireError('VERSION_CONFLICT', { current: task })
// @ts-expect-error until when?
taskwireError('RATE_LIMITED')
// @ts-expect-error nothing to carry
taskwireError('NOT_FOUND', { retryAfter: 1 })
