import { randomUUID } from 'node:crypto'
import type { Problem } from '../problem.ts'
import { expectDocumented } from './document-checker.ts'
import { type HttpAnswer, send } from './send.ts'

/** What came back for one request. */
export interface RestAnswer<Body = Problem> extends HttpAnswer {
  /** The JSON of the answer; undefined where there is none. */
  body: Body
}

/** What a request says beside its method and path. */
export interface RestRequest {
  body?: unknown
  headers?: Record<string, string | undefined>
}

/** Calls by REST: `await call('GET', '/tasks')`. */
export type RestCall = <Body = Problem>(
  method: string,
  path: string,
  request?: RestRequest,
) => Promise<RestAnswer<Body>>

/**
 * Each answer has to be what the document says.
 *
 * @param base where the paths begin, `/api` unless it says otherwise
 */
export function restCalls(
  server: { port: number },
  { token, base = '/api' }: { token?: string; base?: string } = {},
): RestCall {
  return async (method, path, { body, headers } = {}) => {
    const sent = {
      'content-type': body === undefined ? undefined : 'application/json',
      authorization: token && `Bearer ${token}`,
      ...headers,
    }
    const answer = await send(server, { method, path: `${base}${path}`, headers: sent, body })
    expectDocumented({ method, path }, answer)
    const isJson = /[/+]json/.test(answer.headers['content-type'] ?? '')
    return { ...answer, body: isJson && answer.text !== '' ? JSON.parse(answer.text) : undefined }
  }
}

export const PASSWORD = 'correct horse battery staple'

/** The calls of a user who has just registered. */
export async function registeredRestCalls(server: {
  port: number
}): Promise<{ call: RestCall; token: string; email: string; cookie: string }> {
  const email = `${randomUUID()}@example.com`
  const { body, cookie = '' } = await restCalls(server)<{ accessToken: string }>('POST', '/auth/register', {
    body: { email, password: PASSWORD },
  })
  const { accessToken: token } = body
  return { call: restCalls(server, { token }), token, email, cookie }
}
