import type { RequestListener } from 'node:http'
import type { Socket } from 'node:net'

/** Requests of one connection that are not answered yet. Hardly a client sends a second one before it has its answer. */
const MOST_UNDER_WAY = 4

/**
 * Cuts a connection that sends request upon request and waits for no answer: Node.js would run them all, and keep the
 * answers, which go out one after the other.
 */
export function limitPipelining(handle: RequestListener): RequestListener {
  const underWay = new WeakMap<Socket, number>()

  function count(socket: Socket, by: number): number {
    const requests = (underWay.get(socket) ?? 0) + by
    underWay.set(socket, requests)
    return requests
  }

  return (request, response) => {
    const { socket } = request
    if (count(socket, 1) > MOST_UNDER_WAY) {
      socket.destroy()
      return
    }
    response.once('close', () => count(socket, -1))
    handle(request, response)
  }
}
