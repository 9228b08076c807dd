import pg from 'pg'
import { expect, inject, test } from 'vitest'
import type { TestProject } from 'vitest/node'
import { setupTestServer } from './server.ts'

test('a template that cannot be migrated is dropped, and the run stops', async () => {
  const server = inject('testServer')
  const admin = new pg.Client(server?.url)
  await admin.connect()
  const databases = async () =>
    (
      await admin.query<{ datname: string }>(`SELECT datname FROM pg_database WHERE datname LIKE 'taskwire_test_%'`)
    ).rows
      .map(({ datname }) => datname)
      .filter((name) => !name.startsWith(server?.prefix ?? ''))

  // Creates the template, and finds no schema in it to create a table in.
  const url = new URL(server?.url ?? '')
  url.searchParams.set('options', '-c search_path=nowhere')
  const before = await databases()
  const project = { config: { provide: { testDatabaseUrl: url.href } } } as TestProject
  await expect(setupTestServer(project)).rejects.toThrow('no schema has been selected to create in')
  expect(await databases()).toEqual(before)
  await admin.end()
})
