import { type Env, servicesOfTool } from '@taskwire/config'
import type { Database, Identity } from '@taskwire/domain'
import { explainMissingTable, type OpenDatabase } from '@taskwire/prisma'
import type { Services } from '@taskwire/router'
import type { Terminal } from './terminal.ts'

/** Runs the work with what procedures need. */
export async function withServices<T>(
  terminal: Terminal,
  work: (services: Services, database: OpenDatabase) => Promise<T>,
  env: Env = terminal.readEnv(),
): Promise<T> {
  await using database = await terminal.openDatabase(env.database)
  const services = servicesOfTool(env, database)
  try {
    return await work(services, database)
  } catch (error) {
    throw await explainMissingTable(error, database)
  } finally {
    await services.close()
  }
}

/** Runs the work with what the verbs of identity need; their security events are told on standard error. */
export async function withIdentity<T>(
  terminal: Terminal,
  work: (db: Database, identity: Identity) => Promise<T>,
): Promise<T> {
  return withServices(terminal, (services) =>
    work(services.db, {
      ...services.identity,
      audit: (event) => terminal.progress(`Security event: ${JSON.stringify(event)}`),
    }),
  )
}
