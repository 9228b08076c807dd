import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net'

/** A network that a test can take away. */
export interface TcpProxy extends AsyncDisposable {
  /** The same URL, by way of this proxy. */
  readonly url: string
  /** Cuts every connection, and refuses new ones until `restore`. */
  cut(): Promise<void>
  restore(): Promise<void>
  /** Connections stay open, and nothing gets through until `goOn`. */
  hold(): void
  goOn(): void
}

export async function tcpProxy(url: string): Promise<TcpProxy> {
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

  async function cut(): Promise<void> {
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
    cut,
    async restore() {
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
    [Symbol.asyncDispose]: cut,
  }
}
