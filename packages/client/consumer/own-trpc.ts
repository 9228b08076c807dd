import type { AppRouter, Task, TaskListInput } from '@taskwire/client'
import { createTRPCClient, httpBatchLink } from '@trpc/client'
import type { inferRouterInputs, inferRouterOutputs } from '@trpc/server'

/** With tRPC's own tools, of whichever copy, for who wants nothing but the types. */
const trpc = createTRPCClient<AppRouter>({
  links: [
    httpBatchLink({ url: 'https://tasks.example.com/trpc', transformer: { serialize: String, deserialize: String } }),
  ],
})

export type ListInput = Exclude<inferRouterInputs<AppRouter>['task']['list'], void>
export const input: ListInput = { search: 'x' } satisfies TaskListInput

export async function firstTitle(): Promise<string | undefined> {
  const { items }: inferRouterOutputs<AppRouter>['task']['list'] = await trpc.task.list.query(input)
  const first: Task | undefined = items[0]
  return first?.title
}

export function follow(): () => void {
  const stream = trpc.change.stream.subscribe({ since: 0 }, { onData: ({ id, data }) => [id.length, data.type] })
  return () => stream.unsubscribe()
}
