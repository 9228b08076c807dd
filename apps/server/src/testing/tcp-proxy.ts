import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net'
import type { Removable } from './removable.ts'

/** A network on the way to that URL. Its own URL is the same, by way of this proxy. */
export async function tcpProxy(url: string): Promise<Removable> {
  const target = new URL(url)
  const sockets = new Set<Socket>()
  let held = false

  function accept(incoming: Socket): void {
    const outgoing = connect(Number(target.port || 5432), target.hostname)
    for (const [from, to] of [
      [incoming, outgoing],
      [outgoing, incoming],
    ] as const) {
      sockets.add(from)
      from.pipe(to)
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
