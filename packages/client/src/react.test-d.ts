import { useInfiniteQuery, useMutation, useQuery } from '@tanstack/react-query'
import { describe, expectTypeOf, test } from 'vitest'
import type { Tag, Task, TaskwireError } from './index.ts'
import { useTaskwire } from './react.ts'

describe('an error of a hook', () => {
  test('is an Error, and knows its procedure', () => {
    const taskwire = useTaskwire()
    const update = useMutation(taskwire.task.update.mutationOptions())
    expectTypeOf(update.error).toEqualTypeOf<TaskwireError<'task.update'> | null>()
    expectTypeOf(update.error).toExtend<Error | null>()
    if (update.error?.data.reason === 'VERSION_CONFLICT') {
      expectTypeOf(update.error.data.current).toEqualTypeOf<Task>()
    }
    useMutation(
      taskwire.tag.update.mutationOptions({
        onError(error) {
          if (error.data.reason === 'VERSION_CONFLICT') expectTypeOf(error.data.current).toEqualTypeOf<Tag>()
        },
      }),
    )
    const list = useQuery(taskwire.task.list.queryOptions())
    expectTypeOf(list.error).toEqualTypeOf<TaskwireError | null>()
  })
})

test('a selection, and pages, have the types of what they select', () => {
  const taskwire = useTaskwire()
  const titles = useQuery(
    taskwire.task.list.queryOptions({}, { select: ({ items }) => items.map(({ title }) => title) }),
  )
  expectTypeOf(titles.data).toEqualTypeOf<string[] | undefined>()
  const pages = useInfiniteQuery(
    taskwire.task.list.infiniteQueryOptions({}, { getNextPageParam: ({ nextCursor }) => nextCursor }),
  )
  expectTypeOf(pages.data?.pages[0]?.items[0]).toEqualTypeOf<Task | undefined>()
})
