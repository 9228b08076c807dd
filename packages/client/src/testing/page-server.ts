import { once } from 'node:events'
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/** A page and, under the same origin, the API: as a reverse proxy serves them. */
export interface PageServer extends AsyncDisposable {
  readonly url: string
  /** The address of the API. A test sets it once there is one. */
  target: string
  /** Answers in the API's place to requests of a procedure; by its name. */
  readonly answers: Map<string, { status: number; body: unknown }>
  /** How many requests of a procedure have come since the last time that somebody asked. */
  take(procedure: string): number
  /** How many requests of a procedure are being answered. */
  open(procedure: string): number
}

export async function servePage(script: string): Promise<PageServer> {
  const counts = new Map<string, number>()
  const answering: string[] = []
  const server = createServer((incoming, outgoing) => {
    const [path = ''] = incoming.url?.split('?') ?? []
    if (!path.startsWith('/trpc/')) {
      outgoing
        .setHeader('content-type', 'text/html')
        .end(`<!doctype html><title>Tasks</title><script>${script}</script>`)
      return
    }
    const procedure = path.replace('/trpc/', '')
    counts.set(procedure, (counts.get(procedure) ?? 0) + 1)
    answering.push(procedure)
    outgoing.once('close', () => answering.splice(answering.indexOf(procedure), 1))
    const answer = page.answers.get(procedure)
    if (answer === undefined) forward(page.target, incoming, outgoing)
    else outgoing.writeHead(answer.status, { 'content-type': 'application/json' }).end(JSON.stringify(answer.body))
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const page: PageServer = {
    url: `http://localhost:${(server.address() as AddressInfo).port}`,
    target: '',
    answers: new Map(),
    take(procedure) {
      const count = counts.get(procedure) ?? 0
      counts.delete(procedure)
      return count
    },
    open: (procedure) => answering.filter((name) => name === procedure).length,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
  return page
}

function forward(target: string, incoming: IncomingMessage, outgoing: ServerResponse): void {
  const { method, headers } = incoming
  const forwarded = request(new URL(incoming.url ?? '/', target), { method, headers }, (answer) => {
    outgoing.writeHead(answer.statusCode ?? 502, answer.headers)
    answer.once('error', () => outgoing.destroy())
    answer.pipe(outgoing)
  })
  forwarded.once('error', () => {
    if (outgoing.headersSent) outgoing.destroy()
    else outgoing.writeHead(502, { 'content-type': 'text/html' }).end('<h1>Bad gateway</h1>')
  })
  outgoing.once('close', () => forwarded.destroy())
  incoming.pipe(forwarded)
}
