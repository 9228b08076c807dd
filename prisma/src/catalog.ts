import { embeddedDriver } from './embedded.ts'
import type { PrismaClient } from './generated/client.ts'
import { createMigrations } from './migrations/index.ts'

/** Something that the migrations make, and that works: a disabled trigger or an invalid index is as good as missing. */
export interface CatalogObject {
  kind: 'column' | 'index' | 'constraint' | 'trigger' | 'function'
  /** With its table's name before it, where it belongs to one: `tasks.title`. */
  name: string
  /** As PostgreSQL prints it, whatever its version and the name of the schema. */
  definition: string
}

/** What is in the database's schema, apart from Prisma's own table of migrations; in a stable order. */
export async function readCatalog(client: PrismaClient): Promise<CatalogObject[]> {
  // `true` is the form for reading: without the name of a schema that is in the search path.
  return client.$queryRaw<CatalogObject[]>`
    WITH tables AS (
      SELECT oid, relname::text AS name FROM pg_class
      WHERE relnamespace = current_schema()::regnamespace AND relkind = 'r' AND relname <> '_prisma_migrations'
    ), objects (kind, name, definition) AS (
      SELECT 'column', tables.name || '.' || attname,
        concat_ws(' ', format_type(atttypid, atttypmod), CASE WHEN attnotnull THEN 'NOT NULL' END,
          'DEFAULT ' || pg_get_expr(adbin, adrelid, true))
      FROM pg_attribute JOIN tables ON tables.oid = attrelid
      LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum
      WHERE attnum > 0 AND NOT attisdropped
      UNION ALL
      SELECT 'index', tables.name || '.' || relname, pg_get_indexdef(indexrelid, 0, true)
      FROM pg_index JOIN tables ON tables.oid = indrelid JOIN pg_class ON pg_class.oid = indexrelid
      WHERE indisvalid
      UNION ALL
      -- 'n' is NOT NULL, which PostgreSQL counts among the constraints since version 18.
      SELECT 'constraint', tables.name || '.' || conname, pg_get_constraintdef(pg_constraint.oid, true)
      FROM pg_constraint JOIN tables ON tables.oid = conrelid
      WHERE convalidated AND contype <> 'n'
      UNION ALL
      SELECT 'trigger', tables.name || '.' || tgname, pg_get_triggerdef(pg_trigger.oid, true)
      FROM pg_trigger JOIN tables ON tables.oid = tgrelid
      WHERE NOT tgisinternal AND tgenabled <> 'D'
      UNION ALL
      SELECT 'function', proname || '(' || pg_get_function_identity_arguments(pg_proc.oid) || ')',
        concat_ws(' ', pg_get_function_result(pg_proc.oid), lanname, provolatile, proisstrict, prosecdef,
          array_to_string(proconfig, ','), prosrc)
      FROM pg_proc JOIN pg_language ON pg_language.oid = prolang
      WHERE pronamespace = current_schema()::regnamespace AND prokind = 'f'
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
