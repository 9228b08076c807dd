import type { AuthResult } from '@taskwire/contract'
import type { AppRouter } from '@taskwire/router'
import type { Operation, TRPCLink } from '@trpc/client'
import { isRefusalOfToken } from '../error.ts'
import { promiseLink, type Send } from '../promise-link.ts'
import { withToken } from '../transport.ts'
import { withDeadline } from './deadline.ts'
import type { Renewal } from './renewal.ts'
import type { SessionStore } from './store.ts'

export interface SessionLinkOptions {
  store: SessionStore
  renewal: Renewal
}

/** Sends calls with the session's token, and learns from the answers of `auth.*` when a session begins and ends. */
export function sessionLink({ store, renewal }: SessionLinkOptions): TRPCLink<AppRouter> {
  return promiseLink((operation, send) => {
    // What sets the cookie is done by one tab at a time: the last answer is then the one that the browser has kept.
    const sendInTurn = <T>(work: (answer: Promise<AuthResult>) => Promise<T>) =>
      store.exclusively(() => work(send(withDeadline(operation)) as Promise<AuthResult>))

    switch (operation.path) {
      case 'auth.register':
      case 'auth.login':
        return sendInTurn((answer) => signIn(store, answer))
      case 'auth.refresh':
        return sendInTurn((answer) => renewal.conclude(() => answer))
      case 'auth.logout':
        return signOut(store, () => sendInTurn((answer) => answer))
      case 'auth.deleteAccount':
        return sendWithToken(operation, send, renewal).then((nothing) => {
          store.end()
          return nothing
        })
      default:
        return sendWithToken(operation, send, renewal)
    }
  })
}

async function signIn(store: SessionStore, answer: Promise<AuthResult>): Promise<AuthResult> {
  const { endings } = store
  const result = await answer
  // Who has signed out in the meantime stays signed out.
  if (store.endings === endings) store.begin(result, { cookieSeen: false })
  return result
}

/** Here and in all tabs at once; the server is told after whatever is under way. */
async function signOut(store: SessionStore, logout: () => Promise<unknown>): Promise<unknown> {
  store.end()
  const nothing = await logout()
  // That may have been a sign-in in another tab, which this logout has ended too.
  if (store.state.status === 'signedIn') store.end()
  return nothing
}

async function sendWithToken(operation: Operation, send: Send, renewal: Renewal): Promise<unknown> {
  const accessToken = await renewal.currentToken()
  try {
    return await send(withToken(operation, accessToken?.token))
  } catch (error) {
    if (accessToken === null || !isRefusalOfToken(error)) throw error
    // It has expired sooner than its life tells (a laptop slept), or the session has ended: a refresh finds out.
    const next = await renewal.replace(accessToken)
    if (next === null) throw error
    return send(withToken(operation, next.token))
  }
}
