import type { SecurityEvent } from '@taskwire/domain'
import { currentOrigin } from '@taskwire/prisma'
import type { Request } from 'express'
import type { Logger } from 'pino'
import { canonicalAddress } from '../client-address.ts'
import { countedLog } from './counted-log.ts'
import type { RecentCalls } from './recent-calls.ts'

/** Notes a security event of a request in the log. */
export type SecurityLog = (request: Request, event: SecurityEvent) => void

/** Milliseconds between two lines about the same user, or address, and limit: a flood must not become one of the log. */
const INTERVAL = 10_000

interface Noted {
  request: Request
  event: SecurityEvent
  /** Undefined where none was reached. */
  procedure: string | undefined
}

/**
 * Security events are logged whatever LOG_LEVEL says: an operator who turned it down still needs them after a break-in. A
 * limit that goes on being hit is told by how often, with what its user has called in the last minute or two.
 */
export function securityLog(logger: Logger, recent: RecentCalls): SecurityLog {
  const always = logger.child({}, { level: 'info' })

  function write({ request, event: { event, ...details }, procedure }: Noted, more: object, message: string): void {
    const ip = canonicalAddress(request.ip)
    always.info({ req: { id: request.id }, audit: event, ip, ...details, procedure, ...more }, message)
  }

  const throttled = countedLog<Noted>({
    interval: INTERVAL,
    first: (fact) => write(fact, { calls: callsOf(fact) }, `Security event: throttled by ${inWords(fact)}`),
    again: ({ fact, times, seconds }) =>
      write(
        fact,
        { calls: callsOf(fact), times, seconds },
        `Security event: throttled by ${inWords(fact)}, ${times} times more in ${seconds} s`,
      ),
    others: ({ times, seconds }) =>
      always.info(
        { audit: 'throttled', times, seconds },
        `Security event: others throttled ${times} times in ${seconds} s`,
      ),
  })

  function callsOf({ event: { userId } }: Noted): Record<string, number> | undefined {
    return userId === undefined ? undefined : recent.of(userId)
  }

  function inWords({ request, event: { limit, points, userId } }: Noted): string {
    const allowed = points === undefined ? '' : ` (${points} points)`
    if (userId === undefined) return `${limit}${allowed}: ${canonicalAddress(request.ip)}`
    const calls = Object.entries(recent.of(userId)).map(([procedure, count]) => `${procedure} ${count} times`)
    return `${limit}${allowed}: user ${userId}${calls.length === 0 ? '' : `, who called ${calls.join(', ')}`}`
  }

  return (request, event) => {
    const fact = { request, event, procedure: currentOrigin()?.procedure }
    if (event.event !== 'throttled') write(fact, {}, `Security event: ${event.event}`)
    else throttled(`${event.limit} ${event.userId ?? canonicalAddress(request.ip)}`, fact)
  }
}
