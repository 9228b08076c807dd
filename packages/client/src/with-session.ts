import type { TaskwireClient, TaskwireTokenClient } from './client.ts'
import type { TaskwireSession } from './session/session.ts'

/** tRPC's own proxy has every name there is; ours begins with `$`, as no router's does. */
export function withSession(client: TaskwireTokenClient, session: TaskwireSession): TaskwireClient {
  return new Proxy(client as TaskwireClient, {
    get: (procedures, name) => (name === '$session' ? session : Reflect.get(procedures, name)),
  })
}
