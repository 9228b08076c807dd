import type { ChangeBus } from '@taskwire/router'
import { Redis } from 'ioredis'
import type { Logger } from 'pino'

export interface RedisConnection {
  /** For commands: limits are counted on it. */
  client: Redis
  /** Carries announcements of changes between processes. */
  changeBus: ChangeBus
  /** Whether commands come through, as far as is known. */
  isUp(): boolean
  close(): void
}

const CHANNEL = 'taskwire:changes'
/** Milliseconds. */
const CONNECT_TIMEOUT = 1_000

/** In milliseconds. */
interface Patience {
  /** When a command has failed: a call must not wait for a Redis that is away. */
  commandTimeout: number
  /** After how much silence the connection is given up: else each command of a call would wait anew. */
  socketTimeout: number
}

/** Connects in the background, and again whenever the connection is lost; says so once each time. */
export function connectRedis(
  url: string,
  logger: Logger,
  patience: Patience = { commandTimeout: 100, socketTimeout: 150 },
): RedisConnection {
  const client = new Redis(url, {
    ...patience,
    connectTimeout: CONNECT_TIMEOUT,
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
    retryStrategy,
  })
  logAbsence(client, logger)
  const changeBus = createChangeBus(url, client)
  return {
    client,
    changeBus,
    isUp: () => client.status === 'ready',
    close() {
      changeBus.close()
      client.disconnect()
    },
  }
}

/** A subscription takes a connection of its own; it is made when there is one. */
function createChangeBus(url: string, publisher: Redis): ChangeBus & { close(): void } {
  const subscriber = new Redis(url, {
    lazyConnect: true,
    connectTimeout: CONNECT_TIMEOUT,
    // Milliseconds for a sign of life: a half-open connection says nothing, and loses everything.
    socketTimeout: 2_000,
    enableOfflineQueue: false,
    // By itself it would subscribe again, but not say when that is done.
    autoResubscribe: false,
    retryStrategy,
  })
  // The other connection logs that Redis is away, and this one is tried again.
  const ignore = () => {}
  subscriber.on('error', ignore)
  let heartbeat: NodeJS.Timeout | undefined
  return {
    async publish(message) {
      await publisher.publish(CHANNEL, message)
    },
    subscribe(onMessage, onGap) {
      subscriber.on('message', (_channel, message) => onMessage(message))
      subscriber.on('ready', () => subscriber.subscribe(CHANNEL).then(onGap, ignore))
      subscriber.connect().catch(ignore)
      heartbeat = setInterval(() => subscriber.ping().catch(ignore), 10_000)
    },
    close() {
      clearInterval(heartbeat)
      subscriber.disconnect()
    },
  }
}

function logAbsence(client: Redis, logger: Logger): void {
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
}

/** @returns milliseconds until the next try */
function retryStrategy(attempt: number): number {
  return Math.min(attempt * 50, 1_000)
}
