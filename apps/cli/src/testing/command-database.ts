import { randomUUID } from 'node:crypto'
import { parseEnvironment } from '@taskwire/config'
import { type DatabaseConfig, type OpenDatabase, openDatabase } from '@taskwire/prisma'
import { findServerUrl, freshDatabase, temporaryDataDir } from '@taskwire/prisma/testing'

/** A database of a suite's own, for commands to work on. */
export interface CommandDatabase extends AsyncDisposable {
  /** The environment variables that name it. */
  readonly variables: Record<string, string>
  /** Opens it, as a command does: close it before the next one runs. */
  open(): Promise<OpenDatabase>
}

/** Those that stay open for all commands of a suite, by the folder that their variables name. */
const kept = new Map<string, OpenDatabase>()

/** For commands that run in this process: opened once, or on the server that `pnpm test:services` names. */
export async function commandDatabase({ migrated = true } = {}): Promise<CommandDatabase> {
  const url = await findServerUrl({ migrated })
  if (url !== undefined) return named({ DATABASE_URL: url })
  const dataDir = `/nowhere/${randomUUID()}`
  const database = await freshDatabase({ migrated })
  kept.set(dataDir, database)
  return named({ DATA_DIR: dataDir }, async () => {
    kept.delete(dataDir)
    await database.close()
  })
}

/** For commands that run in a process of their own: in a folder that is gone at the end, or on that server. */
export async function processDatabase({ migrated = true } = {}): Promise<CommandDatabase> {
  const url = await findServerUrl({ migrated })
  return url === undefined ? embeddedDatabase({ migrated }) : named({ DATABASE_URL: url })
}

export async function embeddedDatabase({ migrated = true } = {}): Promise<CommandDatabase> {
  const folder = await temporaryDataDir({ migrated })
  return named({ DATA_DIR: folder.path }, async () => folder[Symbol.dispose]())
}

/** Opens what is configured, as `pnpm taskwire` does; what stays open for a suite is not closed by a command. */
export async function openForCommand(config: DatabaseConfig): Promise<OpenDatabase> {
  const database = kept.get(config.dataDir)
  if (database === undefined) return openDatabase(config)
  return { ...database, close: async () => {}, [Symbol.asyncDispose]: async () => {} }
}

/** An embedded database in a folder that stays open for all commands, as a server keeps it, until it is closed. */
export async function keepOpen({ variables }: CommandDatabase): Promise<OpenDatabase> {
  const { DATA_DIR: dataDir = '' } = variables
  const database = await openDatabase({ dataDir })
  kept.set(dataDir, database)
  const close = async () => {
    kept.delete(dataDir)
    await database.close()
  }
  return { ...database, close, [Symbol.asyncDispose]: close }
}

function named(location: Record<string, string>, remove = async () => {}): CommandDatabase {
  const variables = { ...location, BCRYPT_COST: '4' }
  return {
    variables,
    open: () => openForCommand(parseEnvironment(variables, '/nowhere').database),
    [Symbol.asyncDispose]: remove,
  }
}
