import type { ServerResponse } from 'node:http'

/** Milliseconds without a byte taken, while some wait to be. It is noticed after twice the first at the latest. */
export interface Patience {
  /** With the reader of a stream, who goes on where it was cut. */
  stream: number
  /** With others: while a slow one empties what the kernel keeps for him, the kernel takes no more for a good while. */
  answer: number
}

export const PATIENCE: Patience = { stream: 5_000, answer: 30_000 }

/**
 * Cuts the connection of a reader who does not read: what waits to be sent would stay in memory for as long as he likes.
 * Whoever reads slowly stays, and so does whoever waits for a handler, or for something to happen on a stream.
 */
export function dropStalledReader(response: ServerResponse, { stream, answer }: Patience): void {
  let warned = false
  // Node.js counts from the last byte that came or went, and looks into what the kernel has not taken yet.
  response.setTimeout(stream, () => {
    const { socket } = response
    if (socket === null || socket.writableLength === 0) return
    if (warned || isStream(response)) socket.destroy()
    else socket.setTimeout(answer - stream)
    warned = true
  })
}

function isStream(response: ServerResponse): boolean {
  return String(response.getHeader('content-type')).startsWith('text/event-stream')
}
