import { inject } from 'vitest'
import { createServerDatabase } from './server.ts'

/** A database of one's own on the PostgreSQL server, for what only a server can show. @returns its URL */
export async function freshServerUrl({ migrated = true } = {}): Promise<string> {
  const server = inject('testServer')
  if (server === undefined) throw new Error('This suite needs PostgreSQL: run it by pnpm test:services')
  return createServerDatabase({ ...server, migrated })
}
