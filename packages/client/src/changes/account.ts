import type { Renewal } from '../session/renewal.ts'
import type { SessionStore } from '../session/store.ts'

/** Whose changes are followed. */
export interface Account {
  /** Who it is; null: nobody is signed in. Rejects when that cannot be found out for now. */
  identify(): Promise<string | null>
  /** The token to connect with, renewed when it is due. */
  token(): Promise<AccountToken>
  /** Whether another token may be had after a refusal. */
  readonly renewable: boolean
  /** Calls the listener at each change. @returns what ends that */
  subscribe(listener: (owner: string | null) => void): () => void
}

export interface AccountToken {
  readonly text: string | undefined
  /** The server has refused it. Rejects when no other can be had for now. */
  replace(): Promise<void>
}

/** Whoever is signed in. */
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

/** The owner of a token, whoever that is. */
export function tokenAccount(token: string): Account {
  return {
    renewable: false,
    identify: async () => 'owner',
    token: async () => ({ text: token, replace: async () => {} }),
    subscribe: () => () => {},
  }
}
