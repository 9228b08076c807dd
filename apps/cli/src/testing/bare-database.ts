import { findServerUrl, temporaryFolder } from '@taskwire/prisma/testing'

/** A database without a schema, for commands to work on. */
export interface BareDatabase extends Disposable {
  /** The environment variables that name it. */
  readonly variables: Record<string, string>
}

/** Embedded, or on the server that `pnpm test:services` names. */
export async function bareDatabase(): Promise<BareDatabase> {
  const url = await findServerUrl({ migrated: false })
  return url === undefined ? embeddedDatabase() : { variables: { DATABASE_URL: url, ...CHEAP }, [Symbol.dispose]() {} }
}

/** In a folder that is gone at the end. */
export function embeddedDatabase(): BareDatabase {
  const folder = temporaryFolder()
  return { variables: { DATA_DIR: folder.path, ...CHEAP }, [Symbol.dispose]: () => folder[Symbol.dispose]() }
}

const CHEAP = { BCRYPT_COST: '4' }
