import { gzipSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { bundleForBrowser } from './testing/browser-bundle.ts'

/** Bytes, gzipped: everything included. */
const LIMIT = 22_000

test('the client costs a page at most 22 kB', async () => {
  const code = await bundleForBrowser()
  const size = gzipSync(code).byteLength
  process.stdout.write(`@taskwire/client: ${(size / 1_000).toFixed(1)} kB, minified and gzipped\n`)
  expect(size).toBeLessThan(LIMIT)
  expect(code).not.toMatch(/zod|prisma|bcrypt|express/i)
})
