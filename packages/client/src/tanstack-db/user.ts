import type { TaskwireClient, TaskwireTokenClient } from '../client.ts'

/** Whether the client keeps a session. A client with a token has none: there, its proxy makes a procedure of every name. */
function hasSession(client: TaskwireTokenClient): client is TaskwireClient {
  return typeof (client as TaskwireClient).$session.status === 'string'
}

/** The id of the user who is signed in; null: nobody, or whoever the token belongs to. */
export function userOf(client: TaskwireTokenClient): string | null {
  return hasSession(client) ? (client.$session.user?.id ?? null) : null
}

/** Calls the listener when the user who is signed in leaves, or another takes the place. @returns what ends that */
export function watchForLeaving(client: TaskwireTokenClient, onLeave: () => void): () => void {
  if (!hasSession(client)) return () => {}
  let user = userOf(client)
  return client.$session.subscribe(() => {
    const before = user
    user = userOf(client)
    if (before !== null && before !== user) onLeave()
  })
}
