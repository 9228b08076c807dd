import type { TRPCClient } from '@trpc/client'
import type { TaskwireTokenClient } from './client.ts'
import type { ClientRouter } from './router-types.ts'

/** The same client by the type that tRPC's own tools take: it is made by tRPC. */
export function trpcClientOf(client: TaskwireTokenClient): TRPCClient<ClientRouter> {
  return client as object as TRPCClient<ClientRouter>
}
