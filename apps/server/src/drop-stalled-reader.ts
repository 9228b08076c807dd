import type { ServerResponse } from 'node:http'

/** Milliseconds without a byte taken, while some wait to be. It is noticed after twice as long at the latest. */
const PATIENCE = 5_000

/**
 * Cuts the connection of a reader who does not read: what waits to be sent would stay in memory for as long as he likes.
 * Whoever reads slowly stays, and so does whoever waits for a handler, or for something to happen on a stream.
 */
export function dropStalledReader(response: ServerResponse): void {
  // Node.js counts from the last byte that came or went, and looks into what the kernel has not taken yet.
  response.setTimeout(PATIENCE, () => {
    if (response.socket !== null && response.socket.writableLength > 0) response.socket.destroy()
  })
}
