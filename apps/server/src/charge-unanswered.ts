import { MAX_BATCH_SIZE } from '@taskwire/contract'
import { appRouter, charge, type RequestInfo, type Services } from '@taskwire/router'
import type { Request } from 'express'
import { limitedAddress } from './client-address.ts'

const METHOD_OF: Record<string, string> = { query: 'GET', subscription: 'GET', mutation: 'POST' }

/**
 * Charges the address for calls that no procedure answers, since no procedure does. Past the limit the whole request is
 * refused.
 *
 * @throws DomainError RATE_LIMITED
 */
export async function chargeUnanswered(
  request: Request,
  { limits }: Pick<Services, 'limits'>,
  told: Pick<RequestInfo, 'audit' | 'reportLimit'>,
): Promise<void> {
  const unanswered = calledPaths(request).filter((path) => !isAnswered(path, request.method))
  await Promise.all(
    unanswered.map(() => charge({ limits, request: told }, 'anonymousCallsPerAddress', limitedAddress(request.ip))),
  )
}

/** As tRPC reads them, from a URL that `refuseBadUrls` lets pass; of a batch that is too long, as many as it may have. */
function calledPaths({ path, url }: Request): string[] {
  const name = decodeURIComponent(path.slice(path.lastIndexOf('/') + 1))
  const isBatch = new URL(url, 'http://localhost').searchParams.get('batch') === '1'
  return isBatch ? name.split(',').slice(0, MAX_BATCH_SIZE) : [name]
}

function isAnswered(path: string, method: string): boolean {
  // By their full paths, whatever the type says.
  const procedures = appRouter._def.procedures as object as Record<string, { _def: { type: string } }>
  const procedure = Object.hasOwn(procedures, path) ? procedures[path] : undefined
  return method === 'HEAD' || (procedure !== undefined && METHOD_OF[procedure._def.type] === method)
}
