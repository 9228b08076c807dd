import { parseEnvironment } from '@taskwire/config'
import { openDatabase } from '@taskwire/prisma'
import { findServerUrl, temporaryDataDir } from '@taskwire/prisma/testing'

/** A database of a suite's own, for commands to work on. */
export interface CommandDatabase extends Disposable {
  /** The environment variables that name it. */
  readonly variables: Record<string, string>
  /** Opens it, as a command does: close it before the next one runs. */
  open(): ReturnType<typeof openDatabase>
}

/** Embedded, in a folder that is gone at the end, or on the server that `pnpm test:services` names. */
export async function commandDatabase({ migrated = true } = {}): Promise<CommandDatabase> {
  const url = await findServerUrl({ migrated })
  return url === undefined ? embeddedDatabase({ migrated }) : database({ DATABASE_URL: url })
}

export async function embeddedDatabase({ migrated = true } = {}): Promise<CommandDatabase> {
  const folder = await temporaryDataDir({ migrated })
  return { ...database({ DATA_DIR: folder.path }), [Symbol.dispose]: () => folder[Symbol.dispose]() }
}

function database(location: Record<string, string>): CommandDatabase {
  const variables = { ...location, BCRYPT_COST: '4' }
  return {
    variables,
    open: () => openDatabase(parseEnvironment(variables, '/nowhere').database),
    [Symbol.dispose]() {},
  }
}
