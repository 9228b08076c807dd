import { charge } from '@taskwire/router'
import { limitedAddress } from './client-address.ts'
import { type CallingOptions, type Exchange, toldOf } from './request-info.ts'

/** Charges the address for a call that no procedure answers. @throws DomainError RATE_LIMITED */
export async function chargeAddress(options: CallingOptions, exchange: Exchange): Promise<void> {
  const { limits } = options.services
  const address = limitedAddress(exchange.request.ip)
  await charge({ limits, request: toldOf(exchange, options) }, 'anonymousCallsPerAddress', address)
}
