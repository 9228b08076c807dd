import type { AuthResult } from '@taskwire/contract'
import type { AppRouter } from '@taskwire/router'
import type { Operation, TRPCLink } from '@trpc/client'
import { isRefusalOfToken } from '../error.ts'
import { withToken } from '../headers.ts'
import { promiseLink, type Send } from '../promise-link.ts'
import { withLimits } from '../time-limit.ts'
import type { Renewal } from './renewal.ts'
import type { SessionStore } from './store.ts'

export interface SessionLinkOptions {
  store: SessionStore
  renewal: Renewal
  /** Shows that a session which has just begun can be renewed; rejects where it cannot. */
  prove: ((begun: AuthResult) => Promise<AuthResult>) | undefined
  /** Forgets the refresh token that the application keeps. */
  forget?(): void | Promise<void>
}

/** Sends calls with the session's token, and learns from the answers of `auth.*` when a session begins and ends. */
export function sessionLink({ store, renewal, prove, forget }: SessionLinkOptions): TRPCLink<AppRouter> {
  return promiseLink((operation, send) => {
    // What sets the cookie is done by one tab at a time: the last answer is then the one that the browser has kept.
    const sendInTurn = <T>(work: (answer: Promise<AuthResult>) => Promise<T>) =>
      store.exclusively(() => work(sendWithDeadline(operation, send) as Promise<AuthResult>))

    switch (operation.path) {
      case 'auth.register':
      case 'auth.login':
        return sendInTurn((answer) => signIn(store, prove === undefined ? answer : answer.then(prove)))
      case 'auth.refresh':
      case 'auth.restore':
        return sendInTurn((answer) => renewal.conclude(() => answer))
      case 'auth.logout':
        return signOut(store, () => sendInTurn((answer) => answer))
      case 'auth.deleteAccount':
        return sendWithToken(operation, send, renewal).then(async (nothing) => {
          store.end()
          await forget?.()
          return nothing
        })
      default:
        return sendWithToken(operation, send, renewal)
    }
  })
}

/** Milliseconds. While one tab waits for the answer to a call that sets the cookie, the other tabs wait for their turn. */
export const DEADLINE = 30_000

function sendWithDeadline(operation: Operation, send: Send): Promise<unknown> {
  const { path, signal: own } = operation
  return withLimits({ path, timeout: DEADLINE, signal: own }, (signal) => send({ ...operation, signal }))
}

async function signIn(store: SessionStore, answer: Promise<AuthResult>): Promise<AuthResult> {
  const { endings } = store
  const result = await answer
  // Who has signed out in the meantime stays signed out.
  if (store.endings === endings) store.begin(result)
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
