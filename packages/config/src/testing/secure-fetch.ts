import type { IncomingMessage } from 'node:http'
import { Agent, request } from 'node:https'
import { Readable } from 'node:stream'

/**
 * A `fetch` that trusts a certificate of a test, as far as clients of Taskwire need one: it keeps connections alive, and
 * repeats nothing. (Node's own cannot be given a certificate once the process runs.)
 */
export function secureFetch(certificate: string): typeof fetch {
  const agent = new Agent({ ca: certificate, keepAlive: true })
  return (input, init) =>
    new Promise((resolve, reject) => {
      const headers = Object.fromEntries(new Headers(init?.headers))
      const options = { agent, method: init?.method ?? 'GET', headers, signal: init?.signal ?? undefined }
      const sent = request(String(input), options, (answer) => resolve(toResponse(answer)))
      sent.on('error', reject)
      sent.end(init?.body ?? undefined)
    })
}

function toResponse(answer: IncomingMessage): Response {
  const { statusCode: status = 0, headersDistinct } = answer
  const headers = Object.entries(headersDistinct).flatMap(([name, values = []]) =>
    values.map((value): [string, string] => [name, value]),
  )
  if (status !== 204 && status !== 304) {
    return new Response(Readable.toWeb(answer) as unknown as ReadableStream, { status, headers })
  }
  answer.resume()
  return new Response(null, { status, headers })
}
