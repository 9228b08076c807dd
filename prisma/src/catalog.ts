import { embeddedDriver } from './embedded.ts'
import type { PrismaClient } from './generated/client.ts'
import { createMigrations } from './migrations/index.ts'

/** Something that the migrations make, and that works: a disabled trigger or an invalid index is as good as missing. */
export interface CatalogObject {
  kind: 'column' | 'index' | 'constraint' | 'trigger' | 'function'
  /** With its table's name before it, where it belongs to one: `tasks.title`. */
  name: string
  /** As this version of PostgreSQL prints it; others may print the same differently. */
  definition: string
}

/** What is in the database's schema, apart from Prisma's own table of migrations; in a stable order. */
export async function readCatalog(client: PrismaClient): Promise<CatalogObject[]> {
  return client.$queryRaw<CatalogObject[]>`
    WITH tables AS (
      SELECT oid, relname::text AS name FROM pg_class
      WHERE relnamespace = current_schema()::regnamespace AND relkind = 'r' AND relname <> '_prisma_migrations'
    ), objects (kind, name, definition) AS (
      SELECT 'column', table_name || '.' || column_name,
        concat_ws(' ', data_type, datetime_precision, is_nullable, column_default)
      FROM information_schema.columns JOIN tables ON tables.name = table_name
      WHERE table_schema = current_schema()
      UNION ALL
      SELECT 'index', tables.name || '.' || relname, pg_get_indexdef(indexrelid)
      FROM pg_index JOIN tables ON tables.oid = indrelid JOIN pg_class ON pg_class.oid = indexrelid
      WHERE indisvalid
      UNION ALL
      -- 'n' is NOT NULL, which PostgreSQL counts among the constraints since version 18.
      SELECT 'constraint', tables.name || '.' || conname, pg_get_constraintdef(pg_constraint.oid)
      FROM pg_constraint JOIN tables ON tables.oid = conrelid
      WHERE convalidated AND contype <> 'n'
      UNION ALL
      SELECT 'trigger', tables.name || '.' || tgname, pg_get_triggerdef(pg_trigger.oid)
      FROM pg_trigger JOIN tables ON tables.oid = tgrelid
      WHERE NOT tgisinternal AND tgenabled <> 'D'
      UNION ALL
      SELECT 'function', proname, pg_get_functiondef(pg_proc.oid)
      FROM pg_proc WHERE pronamespace = current_schema()::regnamespace AND prokind = 'f'
    )
    SELECT kind, name, definition FROM objects ORDER BY kind COLLATE "C", name COLLATE "C"`
}

/** What a database has once every migration is applied: read, once in a process, from one made for the purpose. */
export function readExpectedCatalog(): Promise<CatalogObject[]> {
  expectedCatalog ??= readNewCatalog()
  return expectedCatalog
}
let expectedCatalog: Promise<CatalogObject[]> | undefined

async function readNewCatalog(): Promise<CatalogObject[]> {
  const driver = await embeddedDriver({})
  try {
    await createMigrations({ connect: () => driver.migrationConnection() }).up()
    return await readCatalog(driver.client)
  } finally {
    await driver.close()
  }
}
