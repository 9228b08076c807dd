import { type IncomingHttpHeaders, request } from 'node:http'
import type { ErrorReason } from '@taskwire/contract'

/** A request as nobody's client makes it: of every header and every type of body. */
export interface HttpRequest {
  method: string
  path: string
  /** `content-type: application/json` unless it says otherwise. */
  headers?: Record<string, string | undefined>
  /** Text and bytes are sent as they are, anything else as JSON. */
  body?: unknown
  /** Of a stream of events nothing is read. */
  withoutEvents?: boolean
}

export interface HttpAnswer {
  status: number
  headers: IncomingHttpHeaders
  text: string
  /** Why calls were refused, one for each that was. */
  reasons: ErrorReason[]
  /** What a browser would send back, if the answer sets a cookie. */
  cookie: string | undefined
}

const REASON = /"reason":"(\w+)"/g

/** Sends a request by node:http, since `fetch` forbids to set `Origin` or `Sec-Fetch-Site`. */
export async function send(
  { port }: { port: number },
  { method, path, headers, body, withoutEvents = false }: HttpRequest,
): Promise<HttpAnswer> {
  const isContent = typeof body === 'string' || body instanceof Uint8Array || body === undefined
  const content = isContent ? body : JSON.stringify(body)
  return new Promise((resolve, reject) => {
    const outgoing = request({ host: '127.0.0.1', port, method, path }, (incoming) => {
      const chunks: Buffer[] = []
      incoming.on('data', (chunk: Buffer) => chunks.push(chunk))
      incoming.on('error', reject)
      const answer = () => {
        const text = Buffer.concat(chunks).toString()
        resolve({
          status: incoming.statusCode ?? 0,
          headers: incoming.headers,
          text,
          reasons: Array.from(text.matchAll(REASON), ([, reason]) => reason as ErrorReason),
          cookie: incoming.headers['set-cookie']?.[0]?.split(';', 1)[0],
        })
      }
      incoming.on('end', answer)
      if (!withoutEvents || !incoming.headers['content-type']?.startsWith('text/event-stream')) return
      answer()
      incoming.destroy()
    })
    outgoing.on('error', reject)
    for (const [name, value] of Object.entries({ 'content-type': 'application/json', ...headers })) {
      if (value !== undefined) outgoing.setHeader(name, value)
    }
    // Node.js leaves the length out with DELETE and others, and sends the body all the same.
    if (content !== undefined && !outgoing.hasHeader('transfer-encoding'))
      outgoing.setHeader('content-length', Buffer.byteLength(content))
    outgoing.end(content)
  })
}
