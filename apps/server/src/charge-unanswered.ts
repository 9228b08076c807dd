import { MAX_BATCH_SIZE } from '@taskwire/contract'
import type { Request } from 'express'
import { chargeAddress } from './charge-address.ts'
import { procedureDefinitions } from './procedures.ts'
import type { CallingOptions, Exchange } from './request-info.ts'

const METHOD_OF: Record<string, string> = { query: 'GET', subscription: 'GET', mutation: 'POST' }

/**
 * Charges the address for calls that no procedure answers, since no procedure does. Past the limit the whole request is
 * refused.
 *
 * @throws DomainError RATE_LIMITED
 */
export async function chargeUnanswered(options: CallingOptions, exchange: Exchange): Promise<void> {
  const { request } = exchange
  const unanswered = calledPaths(request).filter((path) => !isAnswered(path, request.method))
  await Promise.all(unanswered.map(() => chargeAddress(options, exchange)))
}

/** As tRPC reads them, from a URL that `refuseBadUrls` lets pass; of a batch that is too long, as many as it may have. */
function calledPaths({ path, url }: Request): string[] {
  const name = decodeURIComponent(path.slice(path.lastIndexOf('/') + 1))
  const isBatch = new URL(url, 'http://localhost').searchParams.get('batch') === '1'
  return isBatch ? name.split(',').slice(0, MAX_BATCH_SIZE) : [name]
}

function isAnswered(path: string, method: string): boolean {
  const procedure = procedureDefinitions.get(path)
  return method === 'HEAD' || (procedure !== undefined && METHOD_OF[procedure.type] === method)
}
