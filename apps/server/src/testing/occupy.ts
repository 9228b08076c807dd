import { randomUUID } from 'node:crypto'
import { setMaxListeners } from 'node:events'
import { createPasswords } from '@taskwire/domain'
import type { TestServer } from './test-server.ts'

/** Megabytes for answers that a process has. */
const ROOM = 24

/**
 * Keeps a server busy until its end: its one thread for passwords hashes for seconds, and all its room for answers is taken.
 */
export async function occupy({ services }: TestServer): Promise<AsyncDisposable> {
  const passwords = createPasswords({ cost: 14, threads: 1, maxQueue: 0 })
  Object.assign(services.identity, { passwords })
  const hashing = passwords.hash('a long one', { account: 'somebody else', network: null }).catch(() => {})
  const closed = new AbortController()
  setMaxListeners(ROOM, closed.signal)
  for (let megabytes = 0; megabytes < ROOM; megabytes += 1) {
    await services.answerRoom.reserve(randomUUID(), { mostBytes: 1e6, closed: closed.signal, cut: () => {} })
  }
  return {
    async [Symbol.asyncDispose]() {
      closed.abort()
      await hashing
      await passwords.close()
    },
  }
}
