import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { promisify } from 'node:util'
import { createDraining, type Draining } from './draining.ts'
import { dropStalledReader, PATIENCE, type Patience } from './drop-stalled-reader.ts'
import { createHolding } from './holding.ts'
import { limitPipelining } from './limit-pipelining.ts'

/** Milliseconds for which a client may take to send. With Node's defaults hundreds of idle sockets stay open for minutes. */
export const RECEIVING = { headersTimeout: 5_000, requestTimeout: 10_000, connectionsCheckingInterval: 1_000 }
const KEEP_ALIVE_TIMEOUT = 65_000
const IDLE_SWEEP_INTERVAL = 50
/** Milliseconds for a request that is on the way when the server closes. Some clients open connections to have them. */
const SILENCE = 1_000

/** A listening server. */
export interface Listening extends Pick<Draining, 'turnAway'> {
  /** The port, also when a free one was asked for. */
  port: number
  /** How many connections are open. */
  connections(): Promise<number>
  /** See `Draining`. */
  beginDraining(): void
  /**
   * Stops accepting, lets the requests that run come to their end, and cuts those that take longer.
   * @param patience milliseconds
   * @returns how many connections were cut
   */
  close(patience: number): Promise<number>
}

/** The address to listen on cannot be had. */
export class AddressError extends Error {
  override name = 'AddressError'
}

/** @throws AddressError */
export async function listen(
  app: RequestListener,
  {
    host,
    port,
    patience = PATIENCE,
    receiving = RECEIVING,
  }: { host: string; port: number; patience?: Patience; receiving?: typeof RECEIVING },
): Promise<Listening> {
  const draining = createDraining()
  const holding = createHolding()
  const server = createServer(
    {
      ...receiving,
      // Longer than a load balancer's own, usually 60 s: it must be the one to close.
      keepAliveTimeout: KEEP_ALIVE_TIMEOUT,
    },
    holding.guard(
      limitPipelining(
        draining.guard((request, response) => {
          dropStalledReader(response, patience)
          app(request, response)
        }),
      ),
    ),
  )
  const sockets = new Set<Socket>()
  server.on('connection', (socket) => {
    holding.connected()
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
  })
  await new Promise<void>((resolve, reject) => {
    const fail = (error: NodeJS.ErrnoException) => reject(explainAddress(error, { host, port }))
    server.once('error', fail)
    server.listen({ host, port }, () => {
      server.off('error', fail)
      resolve()
    })
  })
  return {
    port: (server.address() as AddressInfo).port,
    connections: promisify(server.getConnections.bind(server)),
    beginDraining: draining.begin,
    turnAway: draining.turnAway,
    async close(patience) {
      const giveUp = performance.now() + patience
      await holding.untilCalm()
      const closed = close(server, { patience: giveUp - performance.now(), sockets })
      holding.goOn()
      return closed
    },
  }
}

function explainAddress(error: NodeJS.ErrnoException, { host, port }: { host: string; port: number }): Error {
  switch (error.code) {
    case 'EADDRINUSE':
      return new AddressError(`Port ${port} on ${host} is taken: stop what listens there, or set PORT`)
    case 'EACCES':
      return new AddressError(`Port ${port} on ${host} may not be used: set PORT to one above 1023`)
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return new AddressError(`${host} is no address of this machine: set HOST to one, such as 127.0.0.1 or 0.0.0.0`)
    default:
      return error
  }
}

async function close(
  server: Server,
  { patience, sockets }: { patience: number; sockets: ReadonlySet<Socket> },
): Promise<number> {
  let cut = 0
  const cutting = setTimeout(() => {
    // Counted before they are cut, although it is told after.
    server.getConnections((_error, count) => {
      cut = count
    })
    server.closeAllConnections()
  }, patience)
  // A connection that is kept alive is idle once its answer is out, and would otherwise wait for the next request.
  const sweep = setInterval(() => server.closeIdleConnections(), IDLE_SWEEP_INTERVAL)
  // Node.js takes one that has never had a request for one that is about to.
  const hanging = setTimeout(() => {
    for (const socket of sockets) if (socket.bytesRead === 0) socket.destroy()
  }, SILENCE)
  try {
    await new Promise<void>((resolve) => server.close(() => resolve()))
  } finally {
    clearTimeout(cutting)
    clearTimeout(hanging)
    clearInterval(sweep)
  }
  return cut
}
