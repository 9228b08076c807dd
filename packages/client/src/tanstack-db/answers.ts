import { delay } from '../abort.ts'
import type { RowChange } from '../changes/subscription.ts'
import type { TaskwireTokenClient } from '../client.ts'
import { userOf } from './user.ts'
import type { Written } from './write.ts'

type Listener = (change: RowChange) => void

const listeners = new WeakMap<TaskwireTokenClient, Set<Listener>>()

/** Calls the listener with each row that answered a write of this client. @returns what ends that */
export function hearAnswers(client: TaskwireTokenClient, listener: Listener): () => void {
  const ofClient = listeners.get(client) ?? new Set()
  listeners.set(client, ofClient.add(listener))
  return () => ofClient.delete(listener)
}

/** Milliseconds for which a write waits for the feed to tell it. */
const PATIENCE = 2_000

/**
 * Resolves once the collections of this client show what the server answered. As a rule the feed tells it within
 * milliseconds. Where it does not, such as behind a network that has failed since, the answers themselves are shown.
 */
export async function showAnswers(client: TaskwireTokenClient, written: readonly Written[]): Promise<void> {
  const user = userOf(client)
  const version = Math.max(...written.map((each) => each.version))
  if (client.$changes.status === 'live') {
    const waiting = new AbortController()
    const told = client.$changes.until(version, { signal: waiting.signal }).catch(() => {})
    await Promise.race([told, delay(PATIENCE, waiting.signal)])
    waiting.abort()
    // Nobody is shown what was another user's.
    if (user !== null && user !== userOf(client)) return
  }
  tellAnswers(client, written)
}

/** Shows in the collections of this client what the server answered, where the feed has not told it yet. */
export function tellAnswers(client: TaskwireTokenClient, written: readonly Written[]): void {
  for (const { change } of written) {
    for (const listener of listeners.get(client) ?? []) listener(change)
  }
}
