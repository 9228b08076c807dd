import type { AppRouter } from '@taskwire/router'
import type { Operation, TRPCLink } from '@trpc/client'
import type { HeadersOption, OutgoingCall } from './options.ts'
import { promiseLink } from './promise-link.ts'
import { VERSION } from './version.ts'

/** Says which version calls, so that an operator knows who is still on an old one. */
const CLIENT_HEADER = 'taskwire-client'

/** The headers that an application wants on a call, and the client's own version. */
export type HeadersOf = (call: OutgoingCall) => Promise<Headers>

/** Asks the application for its headers. */
export function headersBy(own: HeadersOption | undefined): HeadersOf {
  return async ({ path, type }) => {
    const headers = new Headers(typeof own === 'function' ? await own({ path, type }) : own)
    headers.set(CLIENT_HEADER, VERSION)
    return headers
  }
}

/** Adds the application's headers to those of the client, which win. */
export function headersLink(headersOf: HeadersOf): TRPCLink<AppRouter> {
  return promiseLink(async (operation, send) => {
    const headers = await headersOf(operation)
    for (const [name, value] of Object.entries(headersIn(operation))) headers.set(name, value)
    return send(withHeaders(operation, Object.fromEntries(headers)))
  })
}

/** The same call with more headers. */
export function withHeaders(operation: Operation, added: Record<string, string>): Operation {
  return { ...operation, context: { ...operation.context, headers: { ...headersIn(operation), ...added } } }
}

/** The same call, to be sent with this token or with none. */
export function withToken(operation: Operation, token: string | undefined): Operation {
  return token === undefined ? operation : withHeaders(operation, { authorization: `Bearer ${token}` })
}

/** The headers that a call is to be sent with. */
export function headersIn({ context }: Operation): Record<string, string> {
  return (context['headers'] as Record<string, string> | undefined) ?? {}
}
