import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { PGlite, type PGliteOptions } from '@electric-sql/pglite'
import type { SqlDriverAdapter } from '@prisma/driver-adapter-utils'
import { PrismaPGlite } from 'pglite-prisma-adapter'
import type { Driver } from './driver.ts'
import { FolderPostgres } from './embedded-postgres.ts'
import { unusableDatabase } from './folder-error.ts'
import { lockFolder } from './folder-lock.ts'
import { PrismaClient } from './generated/client.ts'
import { firstFailure, type MigrationConnection } from './migrations/connection.ts'
import { makeOwnTree, syncPath, syncTree } from './own-folder.ts'

/** Opens PGlite in a folder, which is locked until `close`. */
export async function openEmbedded(dataDir: string): Promise<Driver> {
  const unlock = await lockFolder(dataDir)
  try {
    const postgres = await openPostgres(dataDir)
    const driver = await driverOf(postgres)
    return {
      ...driver,
      lost: postgres.lost,
      async close() {
        await driver.close()
        await unlock()
      },
    }
  } catch (error) {
    await unlock()
    throw unusableDatabase(dataDir, { version: await readVersion(dataDir), cause: error })
  }
}

async function openPostgres(dataDir: string): Promise<FolderPostgres> {
  const folder = join(dataDir, 'postgres')
  makeOwnTree(folder)
  const isNew = (await readVersion(dataDir)) === null
  const postgres = await FolderPostgres.open(folder, dataDir)
  if (isNew) {
    // What PGlite begins with is a copy, which PostgreSQL knows nothing of and never brings to the disk.
    syncTree(folder)
    syncPath(dataDir)
  }
  return postgres
}

async function readVersion(dataDir: string): Promise<string | null> {
  return readFile(join(dataDir, 'postgres', 'PG_VERSION'), 'utf8').then(
    (text) => text.trim(),
    () => null,
  )
}

type EmbeddedDriver = Driver & { postgres: PGlite }

/** PGlite with its Prisma client, in memory. */
export async function embeddedDriver(options: Pick<PGliteOptions, 'loadDataDir'>): Promise<EmbeddedDriver> {
  return driverOf(await PGlite.create(options))
}

async function driverOf(postgres: PGlite): Promise<EmbeddedDriver> {
  await postgres.exec(`SET TIME ZONE 'UTC'`)
  const adapter = new WholeScriptPGlite(postgres)
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
    notifications: null,
    lost: new Promise(() => {}),
    async ping() {
      const start = performance.now()
      await client.$queryRaw`SELECT 1`
      return performance.now() - start
    },
    migrationConnection: async () => embeddedMigrationConnection(postgres, adapter),
    async close() {
      await client.$disconnect()
      await postgres.close()
    },
  }
}

function embeddedMigrationConnection(postgres: PGlite, adapter: WholeScriptPGlite): MigrationConnection {
  return {
    adapter,
    query: async (sql, values) => (await postgres.query<Record<string, unknown>>(sql, values)).rows,
    script: async (sql) => {
      await postgres.exec(sql)
    },
    firstFailure: (statements) => firstFailure(statements, (sql) => postgres.exec(sql)),
    // The folder lock already keeps every other process out.
    exclusively: (work) => work(),
    async close() {},
  }
}

/** The adapter's own executeScript does not await the script: a failing migration would be recorded as applied. */
class WholeScriptPGlite extends PrismaPGlite {
  readonly #postgres: PGlite
  constructor(postgres: PGlite) {
    super(postgres)
    this.#postgres = postgres
  }
  override async connect(): Promise<SqlDriverAdapter> {
    return withWholeScripts(await super.connect(), this.#postgres)
  }
  override async connectToShadowDb(): Promise<SqlDriverAdapter> {
    const shadow = await PGlite.create()
    const adapter = withWholeScripts(await new PrismaPGlite(shadow).connect(), shadow)
    adapter.dispose = () => shadow.close()
    return adapter
  }
}

function withWholeScripts(adapter: SqlDriverAdapter, postgres: PGlite): SqlDriverAdapter {
  adapter.executeScript = async (script) => {
    await postgres.exec(script)
  }
  adapter.startTransaction = withTrueCommits(adapter)
  return adapter
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
