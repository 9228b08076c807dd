import { chmodSync, readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { temporaryFolder } from '@taskwire/prisma/testing'
import { beforeEach, expect, test } from 'vitest'
import { developmentSecret } from './development-secret.ts'

let dataDir: string
beforeEach(() => {
  const folder = temporaryFolder()
  dataDir = join(folder.path, 'not', 'there', 'yet')
  return () => folder[Symbol.dispose]()
})

test('a secret is made once and found again', async () => {
  const secret = await developmentSecret(dataDir)
  expect(secret.length).toBeGreaterThanOrEqual(32)
  expect(await developmentSecret(dataDir)).toBe(secret)
})

test('only its owner may read it', async () => {
  await developmentSecret(dataDir)
  expect(statSync(join(dataDir, 'jwt-secret')).mode & 0o777).toBe(0o600)
  expect(statSync(dataDir).mode & 0o777).toBe(0o700)
})

test.runIf(process.platform !== 'win32')('one that others could read is closed to them', async () => {
  await developmentSecret(dataDir)
  chmodSync(join(dataDir, 'jwt-secret'), 0o644)
  await developmentSecret(dataDir)
  expect(statSync(join(dataDir, 'jwt-secret')).mode & 0o777).toBe(0o600)
})

test('processes that start at once agree on one, and leave nothing else', async () => {
  const secrets = await Promise.all(Array.from({ length: 20 }, () => developmentSecret(dataDir)))
  expect(new Set(secrets).size).toBe(1)
  expect(readdirSync(dataDir)).toEqual(['jwt-secret'])
})

test('two folders have two', async () => {
  expect(await developmentSecret(join(dataDir, 'a'))).not.toBe(await developmentSecret(join(dataDir, 'b')))
})
