import type { ServerResponse } from 'node:http'

const CHECK_INTERVAL = 1_000
/** Checks in a row between which not even the little that Node.js buffers (16 kB) was taken. */
const PATIENCE = 5

/**
 * Ends a stream whose reader does not read: what waits to be sent would stay in memory, and the stream open when the
 * server wants to stop. The reader connects again and catches up by version.
 */
export function dropStalledReader(response: ServerResponse): void {
  let behind = 0
  response.on('drain', () => {
    behind = 0
  })
  const timer = setInterval(() => {
    if (response.closed) return clearInterval(timer)
    behind = response.writableNeedDrain ? behind + 1 : 0
    if (behind > PATIENCE) response.destroy()
  }, CHECK_INTERVAL)
}
