import type { OutgoingAnswer, RequestInfo, Services } from '@taskwire/router'
import type { Request, Response } from 'express'
import type { OriginTest } from './allow-origins.ts'
import { canonicalAddress, limitedAddress, limitedNetwork } from './client-address.ts'
import { isCrossSite } from './cross-site.ts'
import { outgoingAnswer } from './outgoing-answer.ts'
import { type SessionTransportConfig, sessionTransport } from './session-transport.ts'

/** What every way to call the procedures over HTTP needs. */
export interface CallingOptions extends SessionTransportConfig {
  services: Services
  /** Tells our own origin, and those whose pages may use the session's cookie. */
  isTrusted: OriginTest
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
  const { mostBytes, ...info } = asked
  return {
    ...info,
    requestId: String(request.id),
    device: { userAgent: request.get('user-agent') ?? null, ip: canonicalAddress(request.ip) },
    address: limitedAddress(request.ip),
    network: limitedNetwork(request.ip),
    answer: outgoingAnswer(request, response, mostBytes),
    bearerToken: BEARER.exec(request.get('authorization') ?? '')?.[1] ?? null,
    ...sessionTransport(request, response, options),
    crossSite: isCrossSite(request, options.isTrusted),
    ...toldOf({ request, response }),
  }
}

/** Where a request's limits and security events are told. */
export function toldOf({ request, response }: Exchange): Pick<RequestInfo, 'audit' | 'reportLimit'> {
  return { audit: auditOf(request), reportLimit: reportLimitTo(response) }
}

/** Security events are logged whatever LOG_LEVEL says: an operator who turned it down still needs them after a break-in. */
function auditOf(request: Request): RequestInfo['audit'] {
  const ip = canonicalAddress(request.ip)
  return ({ event, ...details }) =>
    request.log.child({}, { level: 'info' }).info({ audit: event, ip, ...details }, `Security event: ${event}`)
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
