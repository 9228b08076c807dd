import type { Request } from 'express'
import type { OriginTest } from './allow-origins.ts'

/**
 * Whether a browser sends the request for a page of a site that has no business with the session's cookie. Browsers say
 * so themselves (Fetch Metadata, https://www.w3.org/TR/fetch-metadata/); whoever says nothing at all is no browser.
 */
export function isCrossSite(request: Request, isTrusted: OriginTest): boolean {
  const site = request.get('sec-fetch-site')
  if (site === 'same-origin' || site === 'none') return false
  const origin = request.get('origin')
  if (site === undefined && origin === undefined) return false
  // `Origin: null` is what a sandboxed or anonymous page sends: it is nobody's origin.
  return origin === undefined || !isTrusted(origin)
}
