import ipaddr from 'ipaddr.js'

/** An address in one spelling: an IPv4 address that came in over an IPv6 socket is that IPv4 address. */
export function canonicalAddress(ip: string | undefined): string | null {
  return ip !== undefined && ipaddr.isValid(ip) ? ipaddr.process(ip).toString() : null
}

/** What limits by address count. Whoever has one IPv6 address has the other 2^64 of its network as well. */
export function limitedAddress(ip: string | undefined): string {
  if (ip === undefined || !ipaddr.isValid(ip)) return 'unknown'
  const address = ipaddr.process(ip)
  if (address.kind() === 'ipv4') return address.toString()
  return `${ipaddr.IPv6.networkAddressFromCIDR(`${withoutZone(address)}/64`).toString()}/64`
}

function withoutZone(address: ipaddr.IPv4 | ipaddr.IPv6): string {
  return address.toString().split('%', 1)[0] ?? ''
}
