import { Redis } from 'ioredis'
import type { Logger } from 'pino'

export interface RedisConnection {
  client: Redis
  close(): void
}

/** Milliseconds after which a command has failed: a call must not wait for a Redis that is away. */
const COMMAND_TIMEOUT = 150
const CONNECT_TIMEOUT = 1_000
const LONGEST_PAUSE = 1_000

/** Connects in the background, and again whenever the connection is lost; says so once each time. */
export function connectRedis(url: string, logger: Logger): RedisConnection {
  const client = new Redis(url, {
    commandTimeout: COMMAND_TIMEOUT,
    connectTimeout: CONNECT_TIMEOUT,
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
    retryStrategy: (attempt) => Math.min(attempt * 50, LONGEST_PAUSE),
  })
  let away = false
  client.on('error', (error) => {
    if (away) return
    away = true
    logger.warn(
      { err: error },
      'Redis is away: until it is back, each process limits calls by itself, and more strictly',
    )
  })
  client.on('ready', () => {
    if (away) logger.info('Redis is back')
    away = false
  })
  return { client, close: () => client.disconnect() }
}
