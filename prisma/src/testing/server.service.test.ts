import { randomUUID } from 'node:crypto'
import pg from 'pg'
import { expect, inject, test } from 'vitest'
import { createTemplate } from './server.ts'

test('a template that cannot be migrated is dropped, and the run stops', async () => {
  // The database can be created, and no schema be found in it to create a table in.
  const url = new URL(inject('testServer')?.url ?? '')
  url.searchParams.set('options', '-c search_path=nowhere')
  const prefix = `taskwire_broken_${randomUUID().slice(0, 8)}_`
  await expect(createTemplate({ url: url.href, prefix })).rejects.toThrow('no schema has been selected to create in')

  const client = new pg.Client(url.href)
  await client.connect()
  const { rows } = await client.query('SELECT 1 FROM pg_database WHERE starts_with(datname, $1)', [prefix])
  expect(rows).toEqual([])
  await client.end()
})
