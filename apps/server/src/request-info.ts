import type { EndedCall, OutgoingAnswer, RequestInfo, Services } from '@taskwire/router'
import type { Request, Response } from 'express'
import type { OriginTest } from './allow-origins.ts'
import { canonicalAddress, limitedAddress, limitedNetwork } from './client-address.ts'
import { isCrossSite } from './cross-site.ts'
import type { OutageLog } from './log/outage-log.ts'
import { notesOf } from './log/request-notes.ts'
import type { SecurityLog } from './log/security-log.ts'
import type { Metrics } from './metrics/metrics.ts'
import { outgoingAnswer } from './outgoing-answer.ts'
import { type SessionTransportConfig, sessionTransport } from './session-transport.ts'

/** What every way to call the procedures over HTTP needs. */
export interface CallingOptions extends SessionTransportConfig {
  services: Services
  metrics: Metrics
  /** Tells our own origin, and those whose pages may use the session's cookie. */
  isTrusted: OriginTest
  outages: OutageLog
  /** Notes a security event of a request in the log. */
  audit: SecurityLog
  /** Told of each call at its end. */
  callEnded(call: EndedCall): void
}

/** A request and what is answered to it. */
export interface Exchange {
  request: Request
  response: Response
}

/** What a request asks for, as its protocol tells. */
interface Asked extends Pick<RequestInfo, 'batchSize' | 'streamed'> {
  /** Bytes that the answer may have, if all of its calls have the longest that they can. */
  mostBytes: number
}

const BEARER = /^Bearer +(\S+) *$/i

/** What the router is told of a request, after cookie-parser: what is HTTP ends here. */
export function requestInfo(
  { request, response }: Exchange,
  asked: Asked,
  options: CallingOptions,
): RequestInfo & { answer: OutgoingAnswer } {
  const { mostBytes, ...protocol } = asked
  const notes = notesOf(request)
  const info = {
    ...protocol,
    requestId: String(request.id),
    device: { userAgent: request.get('user-agent') ?? null, ip: canonicalAddress(request.ip) },
    address: limitedAddress(request.ip),
    network: limitedNetwork(request.ip),
    answer: outgoingAnswer(request, response, mostBytes),
    bearerToken: BEARER.exec(request.get('authorization') ?? '')?.[1] ?? null,
    ...sessionTransport(request, response, options),
    crossSite: isCrossSite(request, options.isTrusted),
    ...toldOf({ request, response }, options),
    callEnded(call: EndedCall) {
      notes.calls.push(call)
      options.metrics.callEnded(call, request.get('taskwire-client'))
      options.callEnded(call)
    },
  }
  notes.running = () => [...options.services.runningCalls].filter((call) => call.request === info)
  return info
}

/** Where a request's limits and security events are told. */
export function toldOf(
  { request, response }: Exchange,
  { audit }: Pick<CallingOptions, 'audit'>,
): Pick<RequestInfo, 'audit' | 'reportLimit'> {
  return { audit: (event) => audit(request, event), reportLimit: reportLimitTo(response) }
}

/** Of several limits the one that is nearest to its end; nothing where the headers of a streamed answer are out. */
function reportLimitTo(response: Response): RequestInfo['reportLimit'] {
  return ({ limit, remaining, resetSeconds }) => {
    if (response.headersSent) return
    const known = response.get('ratelimit-remaining')
    if (known !== undefined && Number(known) <= remaining) return
    response.set({
      'ratelimit-limit': String(limit),
      'ratelimit-remaining': String(remaining),
      'ratelimit-reset': String(resetSeconds),
    })
  }
}
