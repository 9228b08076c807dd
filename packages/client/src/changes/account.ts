import type { Renewal } from '../session/renewal.ts'
import type { SessionStore } from '../session/store.ts'
import type { TokenKeeper } from '../token.ts'

/** Whose changes are followed. */
export interface Account {
  /** The id of the user; null: nobody is signed in. Rejects when that cannot be found out at the moment. */
  identify(): Promise<string | null>
  /** The token to connect with, renewed when it is due. */
  token(): Promise<AccountToken>
  /** Whether a token that is refused can be replaced. */
  readonly renewable: boolean
  /** Calls the listener at each change. @returns what ends that */
  subscribe(listener: (owner: string | null) => void): () => void
}

export interface AccountToken {
  readonly text: string | undefined
  /** Call it when the server has refused the token. Rejects when no other can be had at the moment. */
  replace(): Promise<void>
}

/** The account of the user who is signed in. */
export function sessionAccount(store: SessionStore, renewal: Renewal): Account {
  return {
    renewable: true,
    identify: async () => (await renewal.restore()).user?.id ?? null,
    async token() {
      const token = await renewal.currentToken()
      return {
        text: token?.token,
        async replace() {
          if (token !== null) await renewal.replace(token)
        },
      }
    },
    subscribe: (listener) => store.subscribe(({ user }) => listener(user?.id ?? null)),
  }
}

/** The account to which a token belongs. Nobody needs to know whose it is: it never changes. */
export function tokenAccount(tokens: TokenKeeper): Account {
  return {
    get renewable() {
      return !tokens.isRefused
    },
    identify: async () => 'owner',
    async token() {
      const text = await tokens.current()
      return {
        text,
        async replace() {
          await tokens.replace(text)
        },
      }
    },
    subscribe: () => () => {},
  }
}
