import type { AuthResult } from '@taskwire/contract'
import { readAccessToken } from './access-token.ts'
import type { EndSession } from './end-session.ts'

export interface CookieProofOptions {
  /** Where the server answers. */
  endpoint: string
  /** Tries the cookie. */
  restore(): Promise<AuthResult | null>
  endSession: EndSession
}

/**
 * Shows that the browser has kept the cookie of a session which has just begun: where it has not, the session would end
 * with its first access token, and nobody would know why. A page of the server's own origin needs no proof.
 */
export function cookieProof(options: CookieProofOptions): ((begun: AuthResult) => Promise<AuthResult>) | undefined {
  const { endpoint, restore, endSession } = options
  const page: Location | undefined = globalThis.location
  if (page === undefined || !/^http/i.test(endpoint) || new URL(endpoint).origin === page.origin) return undefined
  const server = new URL(endpoint).origin
  return async (begun) => {
    // What says nothing about the cookie, such as a network that fails, is no reason to refuse.
    const restored = await restore().catch(() => begun)
    if (restored !== null && sessionOf(restored) === sessionOf(begun)) return restored
    await endSession(begun.accessToken)
    throw new Error(
      `The browser has not kept the session cookie of ${server} for ${page.origin}: on another site the server needs COOKIE_CROSS_SITE, and the browser must not block third-party cookies`,
    )
  }
}

function sessionOf({ accessToken }: AuthResult): string | null {
  return readAccessToken(accessToken).sessionId
}
