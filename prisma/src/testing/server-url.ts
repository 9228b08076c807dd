import { inject } from 'vitest'
import { createServerDatabase } from './server.ts'

/**
 * A database of one's own on the PostgreSQL server that `pnpm test:services` names.
 * @returns its URL; undefined where the suites run on the embedded database
 */
export async function findServerUrl({ migrated = true } = {}): Promise<string | undefined> {
  const server = inject('testServer')
  return server === undefined ? undefined : createServerDatabase({ ...server, migrated })
}

/** The same for suites that show what only a server can. */
export async function freshServerUrl({ migrated = true } = {}): Promise<string> {
  const url = await findServerUrl({ migrated })
  if (url === undefined) throw new Error('This suite needs PostgreSQL: run it by pnpm test:services')
  return url
}
