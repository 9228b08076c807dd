import type { AppRouter } from '@taskwire/router'
import type { TRPCLink } from '@trpc/client'
import { isRefusalOfToken } from './error.ts'
import { withToken } from './headers.ts'
import { kindOf, type TokenSource } from './options.ts'
import { promiseLink } from './promise-link.ts'

/** The token of a client that has no session. */
export interface TokenKeeper {
  current(): Promise<string>
  /** The token that follows one which the server has refused; null where there is no other. */
  replace(refused: string): Promise<string | null>
  /** The server has refused the token, and there is no other. */
  readonly isRefused: boolean
}

/** @throws TypeError for a text that is no token */
export function tokenKeeper(source: TokenSource): TokenKeeper {
  let last: string | undefined
  // Refused, and given once more since.
  let refused: string | undefined
  if (typeof source !== 'function') check(source)

  async function current(): Promise<string> {
    last = typeof source === 'function' ? check(await source()) : source
    return last
  }

  return {
    current,
    async replace(token) {
      const next = await current()
      if (next !== token) return next
      refused = token
      return null
    },
    get isRefused() {
      return refused !== undefined && refused === last
    },
  }
}

/** Sends calls with the token. One that is refused is sent once more where there is another token by now. */
export function tokenLink({ current, replace }: TokenKeeper): TRPCLink<AppRouter> {
  return promiseLink(async (operation, send) => {
    const token = await current()
    try {
      return await send(withToken(operation, token))
    } catch (error) {
      const next = isRefusalOfToken(error) ? await replace(token) : null
      if (next === null) throw error
      return send(withToken(operation, next))
    }
  })
}

function check(token: unknown): string {
  if (typeof token !== 'string') throw new TypeError(`token must be a string, not ${kindOf(token)}`)
  if (token === '') throw new TypeError('token must not be empty: leave it out for a client that keeps a session')
  if (/^bearer\b/i.test(token)) throw new TypeError('token must be the token alone, without "Bearer" before it')
  if (/[^!-~]/.test(token))
    throw new TypeError('token must not contain spaces or line breaks, only ASCII: has it been read from a file?')
  return token
}
