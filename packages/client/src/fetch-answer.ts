import type { HTTPLinkOptions } from '@trpc/client'
import { LostAnswer } from './lost-answer.ts'

/** What a proxy answers while the server behind it is away. */
export const GATEWAY_STATUSES = new Set([502, 503, 504])

/** Where requests go to, and how. */
export interface FetchOptions {
  /** Where the server answers. */
  endpoint: string
  /** Whether cookies go along. */
  credentials: 'include' | 'omit'
  /** Used in place of the global `fetch`. */
  fetch: typeof globalThis.fetch | undefined
}

/** The kind of `fetch` that tRPC takes. */
type AnswerFetcher = NonNullable<HTTPLinkOptions<{ transformer: true; errorShape: object }>['fetch']>

/** A `fetch` for tRPC that rejects with a `LostAnswer` where no answer of a Taskwire server comes back. */
export function answerFetcher({ endpoint, credentials, fetch }: FetchOptions): AnswerFetcher {
  // In a browser an endpoint may be a path of the page's server.
  const server = `${endpoint.startsWith('/') ? (globalThis.location?.origin ?? '') : ''}${endpoint}`

  async function request(url: string, init: RequestInit): Promise<{ response: Response; text: string }> {
    try {
      // The global one is looked up at each call: tests and instrumentation may replace it later.
      const response = await (fetch ?? globalThis.fetch)(url, { ...init, credentials })
      return { response, text: await response.text() }
    } catch (cause) {
      if (init.signal?.aborted) throw cause
      throw new LostAnswer('NETWORK', `No answer from ${server}: ${messageOf(cause)}`, { cause })
    }
  }

  return async (input, init) => {
    const url = String(input)
    const { response, text } = await request(url, init as RequestInit)
    const json = readJson(text)
    if (isAnswerTo(url, json)) return { ok: response.ok, json: async () => json }
    if (isOfGateway(response.status, json)) {
      throw new LostAnswer('NETWORK', `No answer from ${server}: a gateway says ${response.status}`)
    }
    const type = response.headers.get('content-type') ?? 'without a type'
    const message = `${server} does not answer as a Taskwire server (${response.status}, ${type}): is the client's url right?`
    throw new LostAnswer('BAD_ANSWER', message)
  }
}

function readJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** By its status alone, whatever it says. A proxy of a dev server or of Next.js says 500 without any JSON. */
function isOfGateway(status: number, json: unknown): boolean {
  return GATEWAY_STATUSES.has(status) || (status === 500 && json === undefined)
}

/** Whether each call of a request has got a result, or a reason why not. All calls of a batch may have got the same. */
function isAnswerTo(url: string, json: unknown): boolean {
  if (!Array.isArray(json)) return isAnswer(json)
  const [path = '', query = ''] = url.split('?')
  const calls = path.slice(path.lastIndexOf('/')).split(',').length
  return query.startsWith('batch=1') && json.length === calls && json.every(isAnswer)
}

/** As far as it is looked at. */
interface PossibleAnswer {
  result?: { data?: { json?: unknown } }
  error?: { json?: { data?: { reason?: unknown } } }
}

function isAnswer(json: unknown): boolean {
  const { result, error } = (json ?? {}) as PossibleAnswer
  return result?.data?.json !== undefined || typeof error?.json?.data?.reason === 'string'
}

function messageOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause)
}
