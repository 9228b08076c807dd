import { randomBytes } from 'node:crypto'
import type { Database, Identity } from '@taskwire/domain'
import { type OpenDatabase, openDatabase } from '@taskwire/prisma'
import { createServices, type Services } from '@taskwire/router'
import type { Env } from '@taskwire/server/env'
import type { Terminal } from './terminal.ts'

/** Runs the work with what procedures need. Nobody is signed in on the command line, so the secret is one of its own. */
export async function withServices<T>(
  env: Env,
  work: (services: Services, database: OpenDatabase) => Promise<T>,
): Promise<T> {
  await using database = await openDatabase(env.database)
  const services = createServices({
    db: database.client,
    ...env.identity,
    quotas: env.quotas,
    jwtSecret: randomBytes(32).toString('hex'),
  })
  try {
    return await work(services, database)
  } finally {
    await services.close()
  }
}

/** Runs the work with what the verbs of identity need; their security events are told on standard error. */
export async function withIdentity<T>(
  terminal: Terminal,
  work: (db: Database, identity: Identity) => Promise<T>,
): Promise<T> {
  return withServices(terminal.readEnv(), (services) =>
    work(services.db, {
      ...services,
      audit: (event) => terminal.progress(`Security event: ${JSON.stringify(event)}`),
    }),
  )
}
