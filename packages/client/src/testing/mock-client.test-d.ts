import { expectTypeOf } from 'vitest'
import type { Tag, Task, TaskwireClient } from '../index.ts'
import { aTag, aTask, createMockClient, type MockHandlers, taskwireError } from './index.ts'

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

// It goes wherever a client is wanted.
const client = createMockClient()
expectTypeOf(client).toExtend<TaskwireClient>()
client.$changes.status = 'offline'
// @ts-expect-error no such status
client.$changes.status = 'gone'
client.$emit({ type: 'task', task })
client.$emit({ type: 'tag', id: '1' })
// @ts-expect-error which one?
client.$emit({ type: 'task' })
// @ts-expect-error not a task
client.$emit({ type: 'task', task: aTag() })
expectTypeOf(aTask).returns.toEqualTypeOf<Task>()
expectTypeOf(aTag).returns.toEqualTypeOf<Tag>()
// @ts-expect-error no such field
aTask({ name: 'Write' })
