import { expect, test } from 'vitest'
import { connectionString } from './connection-string.ts'
import { explainDatabaseFailure } from './explain-failure.ts'
import { openDatabase } from './open-database.ts'

const URL = 'postgresql://ada:p%40ss@db.example.com/tasks'

test.each([
  ['?sslmode=require', '?sslmode=verify-full'],
  ['?sslmode=prefer&channel_binding=require', '?sslmode=verify-full&channel_binding=require'],
  ['?channel_binding=require&sslmode=verify-ca', '?channel_binding=require&sslmode=verify-full'],
  ['?sslmode=verify-full', '?sslmode=verify-full'],
  ['?sslmode=disable', '?sslmode=disable'],
  ['?sslmode=no-verify', '?sslmode=no-verify'],
  ['?uselibpqcompat=true&sslmode=require', '?uselibpqcompat=true&sslmode=require'],
  ['', ''],
])('%j reaches pg as %j', (given, passed) => {
  expect(connectionString(URL + given, 'DATABASE_URL')).toBe(URL + passed)
})

test.each([
  ['?sslcert=/not/here%', '', 'DATABASE_URL names /not/here% as its sslcert, which cannot be read: correct the path'],
  ['', '?sslkey=%FF%', /^DIRECT_DATABASE_URL names .* as its sslkey, which cannot be read: correct the path$/],
  ['%', '', /^DATABASE_URL has a part that cannot be decoded: percent-encode the special characters of its user, /],
  ['', '%FF', /^DIRECT_DATABASE_URL has a part that cannot be decoded: /],
  ['', '?port=none', 'DIRECT_DATABASE_URL cannot be used: Invalid port: none'],
])('of a URL that ends in %j, and a direct one in %j, the one at fault is named', async (pooled, direct, says) => {
  const opening = openDatabase({ url: URL + pooled, directUrl: `${URL}${direct}`, dataDir: '' })
  await expect(opening).rejects.toThrow(says)
  const refusal = await opening.catch(explainDatabaseFailure)
  expect(refusal).not.toMatch(/\n|p%40ss|p@ss/)
})

test('a certificate that is not there is named before anything connects', async () => {
  await expect(openDatabase({ url: `${URL}?sslrootcert=%2Fnot%2Fhere.pem`, dataDir: '' })).rejects.toThrow(
    'DATABASE_URL names /not/here.pem as its sslrootcert, which cannot be read: correct the path',
  )
})
