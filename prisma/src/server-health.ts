import { ReadOnlyError } from './read-only-error.ts'
import { createPool } from './server-pool.ts'

/** Milliseconds. Whoever asks for health has little patience. */
const QUERY_TIMEOUT = 2_000
/**
 * Seconds. A session keeps the server that it was opened to and the settings that it began with: now and then a new one
 * has to find out whether others would do as well.
 */
const LIFETIME = 10

export interface ServerHealth {
  /** @returns milliseconds of the round trip @throws where the server does not answer, and ReadOnlyError */
  ping(): Promise<number>
  close(): Promise<void>
}

/** Asks over a connection of its own, for those of the calls may all be taken. It is opened when first asked. */
export function openServerHealth(url: string): ServerHealth {
  const pool = createPool(url, {
    max: 1,
    application_name: 'taskwire health',
    query_timeout: QUERY_TIMEOUT,
    maxLifetimeSeconds: LIFETIME,
    settings: '',
  })
  return {
    async ping() {
      const connection = await pool.connect()
      let writable = false
      try {
        const start = performance.now()
        // On a standby as well.
        const { rows } = await connection.query(`SELECT current_setting('transaction_read_only') = 'off' AS writable`)
        writable = rows[0]?.writable === true
        if (!writable) throw new ReadOnlyError()
        return performance.now() - start
      } finally {
        connection.release(!writable)
      }
    },
    close: () => pool.end(),
  }
}
