import { randomUUID } from 'node:crypto'
import pg from 'pg'
import type { TestProject } from 'vitest/node'
import { openDatabase } from '../open-database.ts'

export interface TestServer {
  /** postgresql:// URL of a database from which others may be created. */
  url: string
  /** The databases of this run have names that begin so. */
  prefix: string
}

declare module 'vitest' {
  interface ProvidedContext {
    /** Where `pnpm test:services` finds PostgreSQL and Redis. */
    testDatabaseUrl: string
    testRedisUrl: string
    /** The PostgreSQL server that the suites run on; undefined: they run on the embedded database. */
    testServer: TestServer | undefined
  }
}

/** For vitest's `globalSetup`: migrates a template on the server, and drops the run's databases at the end. */
export async function setupTestServer(project: TestProject): Promise<() => Promise<void>> {
  const url = project.config.provide.testDatabaseUrl
  if (url === undefined) throw new Error('The vitest configuration provides no testDatabaseUrl')
  const server = {
    url,
    prefix: `taskwire_test_${Date.now().toString(36)}_`,
  }
  await createTemplate(server)
  project.provide('testServer', server)
  return () => dropDatabases(server)
}

/** The migrated database of which the others are copies; when it cannot be migrated, nothing is left of it. */
export async function createTemplate(server: TestServer): Promise<void> {
  try {
    await using template = await openDatabase({ url: await createDatabase(server, 'template'), dataDir: '' })
    await template.migrations.up()
  } catch (error) {
    await dropDatabases(server)
    throw error
  }
}

/** A new database on the server, migrated or bare. @returns its URL */
export async function createServerDatabase({
  migrated,
  ...server
}: TestServer & { migrated: boolean }): Promise<string> {
  return createDatabase(server, randomUUID().slice(0, 8), migrated ? `TEMPLATE "${server.prefix}template"` : '')
}

async function createDatabase(server: TestServer, name: string, options = ''): Promise<string> {
  const full = `${server.prefix}${name}`
  await withServer(server, (client) => client.query(`CREATE DATABASE "${full}" ${options}`))
  const url = new URL(server.url)
  url.pathname = `/${full}`
  return url.href
}

async function dropDatabases(server: TestServer): Promise<void> {
  await withServer(server, async (client) => {
    const { rows } = await client.query<{ datname: string }>(
      'SELECT datname FROM pg_database WHERE starts_with(datname, $1)',
      [server.prefix],
    )
    for (const { datname } of rows) await client.query(`DROP DATABASE "${datname}" WITH (FORCE)`)
  })
}

async function withServer<T>(server: TestServer, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client(server.url)
  await client.connect()
  try {
    return await work(client)
  } finally {
    await client.end()
  }
}
