import ipaddr from 'ipaddr.js'

/** An address in one spelling: an IPv4 address that came in over an IPv6 socket is that IPv4 address. */
export function canonicalAddress(ip: string | undefined): string | null {
  return readAddress(ip)?.toString() ?? null
}

/** What limits by address count. Whoever has one IPv6 address has the other 2^64 of its network as well. */
export function limitedAddress(ip: string | undefined): string {
  return networkOf(ip, 64)
}

/** What limits of the dearest work count. Many who have a /64 have the 256 of its /56 (RIPE-690 §4.2). */
export function limitedNetwork(ip: string | undefined): string {
  return networkOf(ip, 56)
}

/** @param prefix bits of an IPv6 address that count; an IPv4 address counts whole */
function networkOf(ip: string | undefined, prefix: number): string {
  const address = readAddress(ip)
  if (address === null) return 'unknown'
  if (address.kind() === 'ipv4') return address.toString()
  return `${ipaddr.IPv6.networkAddressFromCIDR(`${withoutZone(address)}/${prefix}`).toString()}/${prefix}`
}

/** Some gateways write the client's port into X-Forwarded-For as well, another one for each connection. */
const WITH_PORT = /^(?:\[(?<ipv6>[^\]]+)\]|(?<ipv4>\d+(?:\.\d+){3}))(?::\d{1,5})?$/

function readAddress(text = ''): ipaddr.IPv4 | ipaddr.IPv6 | null {
  const { ipv6, ipv4 } = WITH_PORT.exec(text)?.groups ?? {}
  const ip = ipv6 ?? ipv4 ?? text
  return ipaddr.isValid(ip) ? ipaddr.process(ip) : null
}

function withoutZone(address: ipaddr.IPv4 | ipaddr.IPv6): string {
  return address.toString().split('%', 1)[0] ?? ''
}
