import type { RequestInfo } from '@taskwire/router'
import type { Request, Response } from 'express'
import type { SessionCookie } from './session-cookie.ts'

/** How a request brings its refresh token, and how it wants the next one. */
export type SessionTransport = Pick<RequestInfo, 'refreshToken' | 'keepsRefreshToken' | 'setRefreshToken'>

/** Whether clients that keep no cookies, such as apps for phones, may keep the refresh token themselves. */
export interface SessionTransportConfig {
  cookie: SessionCookie
  refreshTokenInBody: boolean
}

/**
 * By cookie, unless the request asks for the token itself and that is switched on. Such a request's cookie is not looked
 * at: a script that has come into a page must not turn the session of a cookie, which it cannot read, into a token.
 */
export function sessionTransport(
  request: Request,
  response: Response,
  { cookie, refreshTokenInBody }: SessionTransportConfig,
): SessionTransport {
  if (refreshTokenInBody && request.get('taskwire-session') === 'body') {
    return {
      refreshToken: request.get('taskwire-refresh-token') || null,
      keepsRefreshToken: true,
      setRefreshToken: () => {},
    }
  }
  return {
    refreshToken: cookie.read(request),
    keepsRefreshToken: false,
    setRefreshToken: (token) => cookie.write(response, token),
  }
}
