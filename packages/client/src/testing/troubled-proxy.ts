import { once } from 'node:events'
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/** What a proxy does to the requests that pass through it. */
export type Trouble =
  /** Each answer is passed on once it is whole: a stream never. */
  | 'buffers'
  /** No connection is made any more, and those that there are end. */
  | 'refuses'
  /** Nothing is passed on any more, and no connection ends: as when a cable is pulled out. */
  | 'swallows'
  | 'none'

/** A proxy in front of the server, with the troubles of real ones. */
export interface TroubledProxy extends AsyncDisposable {
  readonly url: string
  trouble: Trouble
}

export async function troubledProxy(target: string, trouble: Trouble): Promise<TroubledProxy> {
  let present = trouble
  const server = createServer((incoming, outgoing) => {
    outgoing.on('error', () => {})
    if (present === 'refuses') outgoing.destroy()
    else if (present !== 'swallows') forward(incoming, outgoing)
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')

  function forward(incoming: IncomingMessage, outgoing: ServerResponse): void {
    const { method, headers } = incoming
    const forwarded = request(new URL(incoming.url ?? '/', target), { method, headers }, (answer) => {
      const isBuffered = present === 'buffers'
      const chunks: Buffer[] = []
      const head = () => outgoing.writeHead(answer.statusCode ?? 502, answer.headers)
      if (!isBuffered) head().flushHeaders()
      answer.on('data', (chunk: Buffer) => {
        if (isBuffered) chunks.push(chunk)
        else if (present !== 'swallows') outgoing.write(chunk)
      })
      answer.on('error', () => outgoing.destroy())
      answer.on('end', () => {
        if (isBuffered) head().end(Buffer.concat(chunks))
        else if (present !== 'swallows') outgoing.end()
      })
    })
    forwarded.on('error', () => outgoing.destroy())
    outgoing.once('close', () => forwarded.destroy())
    incoming.pipe(forwarded)
  }

  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    get trouble() {
      return present
    },
    set trouble(next) {
      present = next
      if (next === 'refuses') server.closeAllConnections()
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
