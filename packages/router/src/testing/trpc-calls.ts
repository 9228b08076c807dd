import { randomUUID } from 'node:crypto'
import type { ErrorData } from '@taskwire/contract'

/** A value in superjson's format, as anybody could write it by hand. */
export interface Envelope {
  json: unknown
  meta?: object
}

/** What came back for one call. */
export interface Answer<Data> {
  status: number
  headers: Headers
  /** The whole body, as text. */
  text: string
  /** The plain JSON of the result; undefined where the call was refused. */
  data: Data
  /** Undefined where the call succeeded. */
  error: ErrorData | undefined
}

/** Calls procedures by nothing but `fetch`. */
export interface TrpcCalls {
  /** By GET. */
  query<Data>(path: string, input?: Envelope): Promise<Answer<Data>>
  /** By POST. */
  mutate<Data>(path: string, input?: Envelope): Promise<Answer<Data>>
}

interface TrpcBody {
  result?: { data: Envelope }
  error?: { json: { message: string; code: number; data: ErrorData } }
}

export function trpcCalls({ url, token }: { url: string; token?: string }): TrpcCalls {
  const headers: Record<string, string> = token === undefined ? {} : { authorization: `Bearer ${token}` }
  return {
    query: async (path, input) => readAnswer(await fetch(queryUrl(url, path, input), { headers })),
    mutate: async (path, input) =>
      readAnswer(
        await fetch(`${url}/trpc/${path}`, {
          method: 'POST',
          headers: { ...headers, 'content-type': 'application/json' },
          ...(input !== undefined && { body: JSON.stringify(input) }),
        }),
      ),
  }
}

/** The calls of a user who has just registered. */
export async function registeredCalls({ url }: { url: string }): Promise<TrpcCalls & { token: string; email: string }> {
  const email = `${randomUUID()}@example.com`
  const { data } = await trpcCalls({ url }).mutate<{ accessToken: string }>('auth.register', {
    json: { email, password: 'correct horse battery staple' },
  })
  return { ...trpcCalls({ url, token: data.accessToken }), token: data.accessToken, email }
}

export function queryUrl(url: string, path: string, input?: Envelope): string {
  const search = input === undefined ? '' : `?input=${encodeURIComponent(JSON.stringify(input))}`
  return `${url}/trpc/${path}${search}`
}

/** Reads tRPC's answer to a single call. */
export async function readAnswer<Data>(response: Response): Promise<Answer<Data>> {
  const { status, headers } = response
  const text = await response.text()
  const body: TrpcBody = JSON.parse(text)
  return { status, headers, text, data: body.result?.data.json as Data, error: body.error?.json.data }
}
