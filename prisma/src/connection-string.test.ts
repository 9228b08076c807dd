import { expect, test } from 'vitest'
import { connectionString } from './connection-string.ts'
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
  expect(connectionString(URL + given)).toBe(URL + passed)
})

test('a certificate that is not there is named before anything connects', async () => {
  await expect(openDatabase({ url: `${URL}?sslrootcert=%2Fnot%2Fhere.pem`, dataDir: '' })).rejects.toThrow(
    'DATABASE_URL names /not/here.pem as its sslrootcert, which cannot be read: correct the path',
  )
})
