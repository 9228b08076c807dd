import type { ServerResponse } from 'node:http'

/** Milliseconds without a byte taken, while some wait to be. It is noticed after twice as long at the latest. */
const PATIENCE = 5_000
/**
 * Milliseconds more for an answer that ends. Its reader cannot go on where it was cut; and while a slow one empties what
 * the kernel keeps for him, the kernel takes no more for a good while.
 */
const MORE_PATIENCE = 25_000

/**
 * Cuts the connection of a reader who does not read: what waits to be sent would stay in memory for as long as he likes.
 * Whoever reads slowly stays, and so does whoever waits for a handler, or for something to happen on a stream.
 */
export function dropStalledReader(response: ServerResponse): void {
  let warned = false
  // Node.js counts from the last byte that came or went, and looks into what the kernel has not taken yet.
  response.setTimeout(PATIENCE, () => {
    const { socket } = response
    if (socket === null || socket.writableLength === 0) return
    if (warned || isStream(response)) socket.destroy()
    else socket.setTimeout(MORE_PATIENCE)
    warned = true
  })
}

function isStream(response: ServerResponse): boolean {
  return String(response.getHeader('content-type')).startsWith('text/event-stream')
}
