import type { AppRouter } from '@taskwire/router'
import type { TRPCClient } from '@trpc/client'
import type { TaskwireChanges } from './changes.ts'

/** tRPC's own proxy has every name there is; ours begins with `$`, as no router's does. */
export function withChanges(
  client: TRPCClient<AppRouter>,
  changes: TaskwireChanges,
): TRPCClient<AppRouter> & { readonly $changes: TaskwireChanges } {
  return new Proxy(client as TRPCClient<AppRouter> & { readonly $changes: TaskwireChanges }, {
    get: (procedures, name) => (name === '$changes' ? changes : Reflect.get(procedures, name)),
  })
}
