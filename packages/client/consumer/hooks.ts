import {
  QueryClient,
  QueryClientProvider,
  useInfiniteQuery,
  useMutation,
  useQuery,
  useQueryClient,
  useSuspenseQuery,
} from '@tanstack/react-query'
import { createTaskwireClient, isTaskwireError, type Task } from '@taskwire/client'
import { TaskwireProvider, useSession, useTaskwire, useTaskwireClient } from '@taskwire/client/react'
import { createElement, type ReactNode } from 'react'

const client = createTaskwireClient({ url: '' })
const queryClient = new QueryClient()

export function App(): ReactNode {
  const tasks = createElement(TaskwireProvider, { client }, createElement(Tasks))
  return createElement(QueryClientProvider, { client: queryClient }, tasks)
}

function Tasks(): ReactNode {
  const { status, user } = useSession()
  const { $session } = useTaskwireClient()
  const taskwire = useTaskwire()
  const cache = useQueryClient()

  const list = useQuery(taskwire.task.list.queryOptions({ completed: false }, { enabled: status === 'signedIn' }))
  const due: Date | null | undefined = list.data?.items[0]?.dueAt
  const reason = isTaskwireError(list.error) ? list.error.data.reason : undefined
  const { data: tags } = useSuspenseQuery(taskwire.tag.list.queryOptions())
  const pages = useInfiniteQuery(
    taskwire.task.list.infiniteQueryOptions({ sort: 'dueAt' }, { getNextPageParam: ({ nextCursor }) => nextCursor }),
  )
  const create = useMutation(
    taskwire.task.create.mutationOptions({
      onSuccess: async (created: Task) => {
        cache.setQueryData(taskwire.task.get.queryKey({ id: created.id }), created)
        await cache.invalidateQueries(taskwire.task.pathFilter())
      },
    }),
  )
  const titles = pages.data?.pages.flatMap(({ items }) => items.map(({ title }) => title))
  const add = () => create.mutate({ title: 'Write', dueAt: new Date(), tagIds: tags.map(({ id }) => id) })
  const leave = () => $session.signOut()
  return createElement('p', { onClick: add, onBlur: leave }, user?.email, due?.getFullYear(), titles, reason)
}
