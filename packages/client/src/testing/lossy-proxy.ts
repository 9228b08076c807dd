import { once } from 'node:events'
import { createServer, request } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface LossyProxy extends AsyncDisposable {
  readonly url: string
  /** How many of the next answers are lost, after the server has given them. */
  losses: number
}

/** A proxy that passes every request on, and loses some answers. */
export async function lossyProxy(target: string): Promise<LossyProxy> {
  const server = createServer((incoming, outgoing) => {
    const { method, headers } = incoming
    const forwarded = request(new URL(incoming.url ?? '/', target), { method, headers }, (answer) => {
      if (proxy.losses > 0) {
        proxy.losses -= 1
        // Not before the end of the answer: all that the server does is done.
        answer.resume().once('end', () => outgoing.destroy())
      } else {
        outgoing.writeHead(answer.statusCode ?? 502, answer.headers)
        answer.pipe(outgoing)
      }
    })
    incoming.pipe(forwarded)
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const proxy: LossyProxy = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    losses: 0,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
  return proxy
}
