import { readFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { PGlite, type PGliteOptions } from '@electric-sql/pglite'
import type { SqlDriverAdapter, SqlMigrationAwareDriverAdapterFactory } from '@prisma/driver-adapter-utils'
import { PrismaPGlite } from 'pglite-prisma-adapter'
import type { DatabaseConfig } from './config.ts'
import type { Driver } from './driver.ts'
import { currentFolder, settleFolders } from './embedded-folders.ts'
import { type EmbeddedLoad, observeEmbedded } from './embedded-observation.ts'
import { FolderPostgres } from './embedded-postgres.ts'
import { unusableDatabase } from './folder-error.ts'
import { lockFolder } from './folder-lock.ts'
import { PrismaClient } from './generated/client.ts'
import type { MigrationConnection } from './migrations/connection.ts'
import { makeOwnTree, syncPath, syncTree } from './own-folder.ts'

/** Opens PGlite in a folder, which is locked until `close`. */
export async function openEmbedded(dataDir: string, observation: Observation = {}): Promise<Driver> {
  const unlock = await lockFolder(dataDir)
  try {
    settleFolders(dataDir)
    const driver = await openFolder(currentFolder(dataDir), dataDir, observation)
    return {
      ...driver,
      async close() {
        await driver.close()
        await unlock()
      },
    }
  } catch (error) {
    await unlock()
    throw error
  }
}

/**
 * Opens PGlite in the folder of PostgreSQL's own files, which has to be locked.
 *
 * @param name of the folder, for messages
 * @throws FolderError
 */
export async function openFolder(folder: string, name: string, observation: Observation = {}): Promise<Driver> {
  try {
    const postgres = await openPostgres(folder, name)
    return { ...(await driverOf(postgres, observation)), lost: postgres.lost }
  } catch (error) {
    throw unusableDatabase(name, { version: await readVersion(folder), cause: error })
  }
}

async function openPostgres(folder: string, name: string): Promise<FolderPostgres> {
  makeOwnTree(folder)
  const isNew = (await readVersion(folder)) === null
  const postgres = await FolderPostgres.open(folder, name)
  if (isNew) {
    // What PGlite begins with is a copy, which PostgreSQL knows nothing of and never brings to the disk.
    syncTree(folder)
    syncPath(dirname(folder))
  }
  return postgres
}

async function readVersion(folder: string): Promise<string | null> {
  return readFile(join(folder, 'PG_VERSION'), 'utf8').then(
    (text) => text.trim(),
    () => null,
  )
}

type Observation = Pick<DatabaseConfig, 'onStatement'>

export type EmbeddedDriver = Driver & { postgres: PGlite; adapter: SqlMigrationAwareDriverAdapterFactory }

/** PGlite with its Prisma client, in memory. */
export async function embeddedDriver({
  onStatement,
  ...options
}: Pick<PGliteOptions, 'loadDataDir'> & Observation): Promise<EmbeddedDriver> {
  return driverOf(await PGlite.create(options), { onStatement })
}

async function driverOf(postgres: PGlite, { onStatement }: Observation): Promise<EmbeddedDriver> {
  await postgres.exec(`SET TIME ZONE 'UTC'`)
  const load: EmbeddedLoad = { asked: 0 }
  const adapter = new TrueCommitPGlite(postgres, (opened) => observeEmbedded(opened, load, onStatement))
  // One transaction at a time: the others wait for their turn, and 2 s (Prisma's default) is soon over.
  const client = new PrismaClient({
    adapter,
    errorFormat: 'minimal',
    transactionOptions: { maxWait: 30_000, timeout: 15_000 },
  })
  return {
    kind: 'embedded',
    client,
    postgres,
    adapter,
    notifications: null,
    lost: new Promise(() => {}),
    async ping() {
      const start = performance.now()
      await client.$queryRaw`SELECT 1`
      return performance.now() - start
    },
    connections: () => ({ most: 1, open: 1, idle: load.asked === 0 ? 1 : 0, waiting: Math.max(0, load.asked - 1) }),
    // There is one session, which has no limits.
    longConnection: async () => ({ client, close: async () => {} }),
    migrationConnection: async () => embeddedMigrationConnection(postgres),
    async close() {
      await client.$disconnect()
      await postgres.close()
    },
  }
}

function embeddedMigrationConnection(postgres: PGlite): MigrationConnection {
  return {
    async query(sql, values) {
      const { rows, affectedRows, fields } = await postgres.query<Record<string, unknown>>(sql, values)
      return { rows, count: fields.length > 0 ? rows.length : (affectedRows ?? 0) }
    },
    script: async (sql) => {
      await postgres.exec(sql)
    },
    bystander: null,
    async close() {},
  }
}

class TrueCommitPGlite extends PrismaPGlite {
  readonly #observe: (adapter: SqlDriverAdapter) => void
  constructor(postgres: PGlite, observe: (adapter: SqlDriverAdapter) => void) {
    super(postgres)
    this.#observe = observe
  }

  override async connect(): Promise<SqlDriverAdapter> {
    const adapter = await super.connect()
    this.#observe(adapter)
    adapter.startTransaction = withTrueCommits(adapter)
    return adapter
  }
}

/** The adapter's own commit answers "done" also when it failed: a COMMIT of ours before it says so. */
function withTrueCommits(adapter: SqlDriverAdapter): SqlDriverAdapter['startTransaction'] {
  const startTransaction = adapter.startTransaction.bind(adapter)
  return async (isolationLevel) => {
    const transaction = await startTransaction(isolationLevel)
    const end = transaction.commit.bind(transaction)
    transaction.commit = async () => {
      try {
        await transaction.executeRaw({ sql: 'COMMIT', args: [], argTypes: [] })
      } finally {
        await end()
      }
    }
    return transaction
  }
}
