import type { RequestHandler } from 'express'
import helmet from 'helmet'

/**
 * Helmet's defaults. What makes a browser go on by https is for a server that is reached by https: one on a LAN speaks
 * plain http, and its pages would ask for their own style sheets in vain.
 */
export function securityHeaders(ownOrigin: string): RequestHandler {
  if (ownOrigin.startsWith('https:')) return helmet()
  return helmet({
    strictTransportSecurity: false,
    contentSecurityPolicy: { directives: { upgradeInsecureRequests: null } },
  })
}
