import type { AuthResult, RestoreInput } from '@taskwire/contract'
import type { AppRouter } from '@taskwire/router'
import type { Operation, TRPCLink } from '@trpc/client'
import { isUnauthenticated } from '../error.ts'
import { withHeaders } from '../headers.ts'
import type { RefreshTokenStore } from '../options.ts'
import { promiseLink } from '../promise-link.ts'
import type { EndSession } from './end-session.ts'

/** A JWT (RFC 7519 §3): whatever else is kept is no refresh token, and may be no value of a header either. */
const REFRESH_TOKEN = /^[\w-]+\.[\w-]+\.[\w-]+$/

/** Sends a call with this refresh token, or with none. */
type SendWith = (token: string | null) => Promise<unknown>

/** Sends and receives the refresh token in the place of a cookie, and has the application keep it. */
export function refreshTokenLink(kept: RefreshTokenStore, endSession: EndSession): TRPCLink<AppRouter> {
  // Of a sign-out that the server has not heard of: the next call that may end its session takes it along.
  let unheard: string | null = null

  async function read(): Promise<string | null> {
    const token = (await kept.get()) ?? ''
    return REFRESH_TOKEN.test(token) ? token : null
  }

  /** Where another client has kept another token since, that one stays. */
  async function replace(sent: string | null, next: string | null): Promise<void> {
    if ((await read()) === sent) await kept.set(next)
  }

  async function signIn(sendWith: SendWith): Promise<AuthResult> {
    const answer = (await sendWith((await read()) ?? unheard)) as AuthResult
    try {
      await kept.set(refreshTokenOf(answer))
    } catch (error) {
      // Nobody could renew it.
      await endSession(answer.accessToken)
      throw error
    }
    unheard = null
    return answer
  }

  async function renew({ path, input }: Operation, sendWith: SendWith): Promise<AuthResult | null> {
    const token = await read()
    if (path === 'auth.restore' && token === null) return null
    try {
      const answer = (await sendWith(token)) as AuthResult | null
      const keepsToken = (input as RestoreInput | undefined)?.renew === false && answer !== null
      // Before anybody uses the answer: while it is not kept, the server takes the token before it once more.
      if (!keepsToken) await replace(token, refreshTokenOf(answer))
      return answer
    } catch (error) {
      // That the session has ended matters more than a store that fails.
      if (isUnauthenticated(error)) await replace(token, null).catch(() => {})
      throw error
    }
  }

  async function signOut(sendWith: SendWith): Promise<unknown> {
    const token = await read()
    unheard = token ?? unheard
    // At once, for the next start to find no token, whatever the network does. The server is told even if that fails.
    const forgotten = replace(token, null)
    forgotten.catch(() => {})
    const nothing = await sendWith(unheard)
    unheard = null
    await forgotten
    return nothing
  }

  return promiseLink((operation, send) => {
    const sendWith: SendWith = (token) =>
      send(
        withHeaders(operation, {
          'taskwire-session': 'body',
          ...(token !== null && { 'taskwire-refresh-token': token }),
        }),
      )
    switch (operation.path) {
      case 'auth.register':
      case 'auth.login':
        return signIn(sendWith)
      case 'auth.refresh':
      case 'auth.restore':
        return renew(operation, sendWith)
      case 'auth.logout':
        return signOut(sendWith)
      default:
        return send(operation)
    }
  })
}

function refreshTokenOf(answer: AuthResult | null): string {
  if (answer?.refreshToken !== undefined) return answer.refreshToken
  throw new Error('The server hands out no refresh token, which sessionStore needs: switch REFRESH_TOKEN_IN_BODY on')
}
