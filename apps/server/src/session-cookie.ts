import type { CookieOptions, Request, Response } from 'express'

export interface SessionCookieConfig {
  /** Only over https: everywhere but on a developer's http://localhost. */
  secure: boolean
  /** For frontends on another site than the API. Implies `secure`. */
  crossSite: boolean
}

/** The cookie that holds the refresh token. */
export interface SessionCookie {
  /** After cookie-parser. */
  read(request: Request): string | null
  /** Sets the cookie, or with null clears it. */
  write(response: Response, token: { token: string; expiresAt: Date } | null): void
}

export function createSessionCookie({ secure, crossSite }: SessionCookieConfig): SessionCookie {
  const protectedByTls = secure || crossSite
  // The prefix makes the browser refuse a cookie of this name from a sibling domain (RFC 6265bis §4.1.3.2).
  const name = protectedByTls ? '__Host-taskwire' : 'taskwire'
  const options: CookieOptions = {
    httpOnly: true,
    secure: protectedByTls,
    sameSite: crossSite ? 'none' : 'strict',
    partitioned: crossSite,
    path: '/',
  }
  return {
    read(request) {
      const value: unknown = (request.cookies as Record<string, unknown>)[name]
      return typeof value === 'string' && value !== '' ? value : null
    },
    write(response, token) {
      if (token === null) response.clearCookie(name, options)
      else response.cookie(name, token.token, { ...options, maxAge: token.expiresAt.getTime() - Date.now() })
    },
  }
}
