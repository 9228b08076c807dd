import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'

/** LISTEN and NOTIFY on one connection of its own. */
export interface Notifications {
  publish(payload: string): Promise<void>
  /**
   * Connects, and from then on again whenever the connection is lost.
   *
   * @param onGap called when payloads may have been missed and none is from now on: each time it listens (again)
   */
  subscribe(onPayload: (payload: string) => void, onGap: () => void): void
  close(): Promise<void>
}

const CHANNEL = 'taskwire_changes'
/** Milliseconds between the first two tries to connect: doubled from one to the next. */
const FIRST_PAUSE = 50

/**
 * Opens no connection until somebody subscribes.
 *
 * @param url straight to the server: a pooler passes no notifications on
 * @param options.heartbeatInterval milliseconds between two signs of life: a half-open connection says nothing, and
 *   loses everything
 */
export function openNotifications(url: string, { heartbeatInterval = 10_000 } = {}): Notifications {
  let listener: { onPayload(payload: string): void; onGap(): void } | undefined
  /** The one connection, from the moment it is tried until it is lost. */
  let current: pg.Client | undefined
  let listening = false
  let closed = false
  let pause = FIRST_PAUSE
  let timer: NodeJS.Timeout | undefined
  /** Resolves when the last statement has come to its end: a connection takes one at a time. */
  let turn: Promise<unknown> = Promise.resolve()

  /** Runs a statement, and gives up a connection on which one fails. */
  function run(client: pg.Client, statement: string, values: string[] = []): Promise<unknown> {
    const answer = turn.then(() => client.query(statement, values))
    turn = answer.catch(() => lose(client))
    return answer
  }

  async function connect(): Promise<void> {
    const client = new pg.Client({
      connectionString: url,
      application_name: 'taskwire changes',
      connectionTimeoutMillis: 2_000,
      query_timeout: 2_000,
      keepAlive: true,
    })
    current = client
    client.on('error', () => lose(client))
    client.on('end', () => lose(client))
    client.on('notification', ({ payload }) => listener?.onPayload(payload ?? ''))
    try {
      await client.connect()
      await run(client, `LISTEN ${CHANNEL}`)
    } catch {
      return lose(client)
    }
    if (current !== client) return
    listening = true
    pause = FIRST_PAUSE
    listener?.onGap()
    beat(client)
  }

  function beat(client: pg.Client): void {
    timer = setTimeout(() => {
      run(client, 'SELECT 1').then(
        () => {
          if (current === client) beat(client)
        },
        () => {},
      )
    }, heartbeatInterval)
  }

  function lose(client: pg.Client): void {
    if (current !== client) return
    void drop()
    if (closed) return
    timer = setTimeout(connect, pause)
    pause = Math.min(pause * 2, 1_000)
  }

  async function drop(): Promise<void> {
    clearTimeout(timer)
    const client = current
    current = undefined
    listening = false
    // A server that is out of reach never acknowledges the end.
    await Promise.race([client?.end().catch(() => {}), sleep(500, undefined, { ref: false })])
  }

  return {
    async publish(payload) {
      if (current === undefined || !listening) throw new Error('There is no connection to announce changes on')
      await run(current, 'SELECT pg_notify($1, $2)', [CHANNEL, payload])
    },
    subscribe(onPayload, onGap) {
      listener = { onPayload, onGap }
      void connect()
    },
    async close() {
      closed = true
      await drop()
    },
  }
}
