import { createHash, timingSafeEqual } from 'node:crypto'
import type { Request } from 'express'
import { canonicalAddress } from '../client-address.ts'

/** Whether somebody may see the metrics: `hidden` is told nothing of them, not even that there are any. */
export type MetricsAccess = (request: Request) => 'allowed' | 'refused' | 'hidden'

export interface MetricsAccessOptions {
  /** METRICS_TOKEN. */
  token: string | undefined
  production: boolean
}

/** Who asks has to show the token. Without one they are hidden in production, and elsewhere from all but this machine. */
export function metricsAccess({ token, production }: MetricsAccessOptions): MetricsAccess {
  if (token !== undefined) {
    const expected = digest(`Bearer ${token}`)
    return (request) => (timingSafeEqual(digest(shown(request)), expected) ? 'allowed' : 'refused')
  }
  if (production) return () => 'hidden'
  return (request) => (isDirect(request) && isOfThisMachine(request) ? 'allowed' : 'hidden')
}

/** Of one length, however long what is compared. */
function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest()
}

/** The scheme's name is written in whatever case (RFC 9110 §11.1). */
function shown(request: Request): string {
  return (request.get('authorization') ?? '').replace(/^bearer +/i, 'Bearer ')
}

const OF_PROXIES = ['forwarded', 'via', 'x-forwarded-for', 'x-forwarded-host', 'x-forwarded-proto', 'x-real-ip']

/** What comes through a proxy comes from this machine as well, whoever has sent it. */
function isDirect({ headers }: Request): boolean {
  return OF_PROXIES.every((name) => headers[name] === undefined)
}

const LOOPBACK = /^(?:127\.\d+\.\d+\.\d+|::1)$/
const OWN_NAMES = /^(?:localhost|127\.\d+\.\d+\.\d+|\[::1\])(?::\d+)?$/i

/** By name as well: the page of another site may have its own name lead here (DNS rebinding). */
function isOfThisMachine({ socket, headers }: Request): boolean {
  return LOOPBACK.test(canonicalAddress(socket.remoteAddress) ?? '') && OWN_NAMES.test(headers.host ?? '')
}
