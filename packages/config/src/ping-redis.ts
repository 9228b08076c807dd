import { Redis } from 'ioredis'

/** Milliseconds. */
const PATIENCE = 1_000

/**
 * Asks Redis once, over a connection of its own.
 *
 * @returns milliseconds of the round trip
 * @throws where it cannot be reached, or does not let us in
 */
export async function pingRedis(url: string): Promise<number> {
  const client = new Redis(url, {
    lazyConnect: true,
    connectTimeout: PATIENCE,
    commandTimeout: PATIENCE,
    maxRetriesPerRequest: 0,
    retryStrategy: () => null,
  })
  let cause: unknown
  client.on('error', (error) => {
    cause = error
  })
  try {
    await client.connect()
    const start = performance.now()
    await client.ping()
    return performance.now() - start
  } catch (error) {
    // What the client throws says only that the connection is closed.
    throw cause ?? error
  } finally {
    client.disconnect()
  }
}
