import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net'
import { PassThrough, type Transform } from 'node:stream'
import type { Removable } from './removable.ts'

/** What becomes of all that is said on one connection; one that is destroyed cuts it. */
export interface Between {
  toServer: Transform
  toClient: Transform
}

const nothingBetween = (): Between => ({ toServer: new PassThrough(), toClient: new PassThrough() })

/**
 * A network on the way to that URL. Its own URL is the same, by way of this proxy.
 *
 * @param between made for each connection
 */
export async function tcpProxy(url: string, between: () => Between = nothingBetween): Promise<Removable> {
  const target = new URL(url)
  const sockets = new Set<Socket>()
  let held = false

  function accept(incoming: Socket): void {
    const outgoing = connect(Number(target.port || 5432), target.hostname)
    const { toServer, toClient } = between()
    for (const [from, through, to] of [
      [incoming, toServer, outgoing],
      [outgoing, toClient, incoming],
    ] as const) {
      sockets.add(from)
      from.pipe(through).pipe(to)
      through.on('close', () => to.destroy())
      from.on('error', () => to.destroy())
      from.on('close', () => {
        sockets.delete(from)
        to.destroy()
      })
      if (held) from.pause()
    }
  }

  async function listen(port: number): Promise<Server> {
    const listening = createServer(accept).listen(port, '127.0.0.1')
    await once(listening, 'listening')
    return listening
  }

  async function takeAway(): Promise<void> {
    const closed = once(server, 'close')
    server.close()
    for (const socket of sockets) socket.destroy()
    await closed
  }

  let server = await listen(0)
  const { port } = server.address() as AddressInfo
  const proxied = new URL(url)
  proxied.host = `127.0.0.1:${port}`
  return {
    url: proxied.href,
    takeAway,
    async giveBack() {
      server = await listen(port)
    },
    hold() {
      held = true
      for (const socket of sockets) socket.pause()
    },
    goOn() {
      held = false
      for (const socket of sockets) socket.resume()
    },
    [Symbol.asyncDispose]: takeAway,
  }
}
