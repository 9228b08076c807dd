import fc from 'fast-check'
import { expect, test } from 'vitest'
import { canonicalAddress, limitedAddress, limitedNetwork } from './client-address.ts'

test.each([
  ['192.0.2.1', '192.0.2.1', '192.0.2.1'],
  ['::ffff:192.0.2.1', '192.0.2.1', '192.0.2.1'],
  ['::ffff:c000:201', '192.0.2.1', '192.0.2.1'],
  ['0:0:0:0:0:FFFF:192.0.2.1', '192.0.2.1', '192.0.2.1'],
  ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
  ['2001:DB8:1:2:0:0:0:0001', '2001:db8:1:2::1', '2001:db8:1:2::/64'],
  ['2001:db8:1:2:ffff:ffff:ffff:ffff', '2001:db8:1:2:ffff:ffff:ffff:ffff', '2001:db8:1:2::/64'],
  ['2001:db8:1:3::1', '2001:db8:1:3::1', '2001:db8:1:3::/64'],
  ['fe80::1%eth0', 'fe80::1%eth0', 'fe80::/64'],
  ['fe80::2%1', 'fe80::2%1', 'fe80::/64'],
  ['::1', '::1', '::/64'],
  ['203.0.113.7:5678', '203.0.113.7', '203.0.113.7'],
  ['[2001:db8:1:2::1]:443', '2001:db8:1:2::1', '2001:db8:1:2::/64'],
  ['[2001:db8:1:2::1]', '2001:db8:1:2::1', '2001:db8:1:2::/64'],
  ['[::ffff:192.0.2.1]:65535', '192.0.2.1', '192.0.2.1'],
])('%s is %s, and counts as %s', (ip, canonical, limited) => {
  expect(canonicalAddress(ip)).toBe(canonical)
  expect(limitedAddress(ip)).toBe(limited)
})

test.each([
  ...[undefined, '', 'unknown', '_hidden', '192.0.2.256', '1.2.3.4, 5.6.7.8'],
  ...['192.0.2.1:', '192.0.2.1:http', '192.0.2.1:123456', ':443', '[2001:db8::1', '[2001:db8::1]443', '[]:443'],
])('%j is no address: all who have none are counted together', (ip) => {
  expect(canonicalAddress(ip)).toBeNull()
  expect(limitedAddress(ip)).toBe('unknown')
})

test.each([
  ['192.0.2.1', '192.0.2.1'],
  ['::ffff:192.0.2.1', '192.0.2.1'],
  ['2001:db8:1:2:3:4:5:6', '2001:db8:1::/56'],
  ['2001:db8:1:ff::1', '2001:db8:1::/56'],
  ['2001:db8:1:100::1', '2001:db8:1:100::/56'],
  ['fe80::1%eth0', 'fe80::/56'],
  ['unknown', 'unknown'],
  [undefined, 'unknown'],
])('%s is of the network %s', (ip, network) => {
  expect(limitedNetwork(ip)).toBe(network)
})

test('whatever a proxy passes on is counted as something, and something short', () => {
  const like = fc.string({ unit: fc.constantFrom(...'0123456789abcdef:.%/xX[] '), maxLength: 60 })
  fc.assert(
    fc.property(fc.oneof(fc.ipV4(), fc.ipV6(), fc.ipV4Extended(), like, fc.string()), (ip) => {
      expect(limitedAddress(ip)).toMatch(/^(unknown|[\da-f:.]{2,39}(\/64)?)$/)
    }),
    { numRuns: 2_000 },
  )
})
