import { embeddedDriver } from './embedded.ts'
import type { PrismaClient } from './generated/client.ts'
import { createMigrations } from './migrations/index.ts'

/** Something in the database's schema. */
export interface CatalogObject {
  kind:
    | 'table'
    | 'column'
    | 'index'
    | 'constraint'
    | 'trigger'
    | 'function'
    | 'rule'
    | 'policy'
    // Belongs to no schema, and fires for all.
    | 'event trigger'
  /** The table it belongs to, or that it is. */
  table: string | null
  /** With its table's name before it, where it belongs to one: `tasks.title`. */
  name: string
  /** As PostgreSQL prints it, whatever its version and the name of the schema. */
  definition: string
  /** Why it does not do its work, such as `disabled` or `invalid`; null where it does. */
  state: string | null
}

/** What is in the database's schema, apart from extensions and Prisma's own table of migrations; in a stable order. */
export async function readCatalog(client: PrismaClient): Promise<CatalogObject[]> {
  // `true` is the form for reading: without the name of a schema that is in the search path.
  return client.$queryRaw<CatalogObject[]>`
    WITH tables AS (
      SELECT oid, relname::text AS name, relkind, relpersistence, relrowsecurity FROM pg_class
      WHERE relnamespace = current_schema()::regnamespace AND relkind IN ('r', 'p', 'f', 'v', 'm')
        AND relname <> '_prisma_migrations'
        AND NOT EXISTS (SELECT FROM pg_depend WHERE classid = 'pg_class'::regclass AND objid = pg_class.oid AND deptype = 'e')
    ), objects (kind, "table", own_name, definition, state) AS (
      SELECT 'table', name, NULL, concat_ws(', ',
        CASE relkind WHEN 'r' THEN 'table' WHEN 'p' THEN 'partitioned table' WHEN 'f' THEN 'foreign table'
          ELSE 'view of ' || (
            SELECT string_agg(DISTINCT refobjid::regclass::text, ', ') FROM pg_rewrite
            JOIN pg_depend ON classid = 'pg_rewrite'::regclass AND objid = pg_rewrite.oid
              AND refclassid = 'pg_class'::regclass AND refobjid <> ev_class
            WHERE ev_class = tables.oid
          ) END,
        CASE relpersistence WHEN 'u' THEN 'unlogged' WHEN 't' THEN 'temporary' END,
        CASE WHEN relrowsecurity THEN 'row level security' END,
        (SELECT 'inherits ' || string_agg(inhparent::regclass::text, ' and ' ORDER BY inhseqno)
          FROM pg_inherits WHERE inhrelid = tables.oid)), NULL
      FROM tables
      UNION ALL
      SELECT 'column', tables.name, attname, concat_ws(' ', format_type(atttypid, atttypmod),
        CASE WHEN attcollation <> typcollation THEN 'COLLATE ' || attcollation::regcollation END,
        CASE WHEN attnotnull THEN 'NOT NULL' END,
        CASE WHEN attidentity <> '' THEN 'IDENTITY' END,
        CASE WHEN attgenerated = '' THEN 'DEFAULT ' ELSE 'GENERATED ALWAYS AS ' END || pg_get_expr(adbin, adrelid, true)),
        NULL
      FROM pg_attribute JOIN tables ON tables.oid = attrelid JOIN pg_type ON pg_type.oid = atttypid
      LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum
      WHERE attnum > 0 AND NOT attisdropped
      UNION ALL
      SELECT 'index', tables.name, relname, pg_get_indexdef(indexrelid, 0, true),
        CASE WHEN NOT (indisvalid AND indisready AND indislive) THEN 'invalid' END
      FROM pg_index JOIN tables ON tables.oid = indrelid JOIN pg_class ON pg_class.oid = indexrelid
      UNION ALL
      -- Also what binds the rows of these tables from elsewhere. 'n' is NOT NULL, which PostgreSQL counts among the
      -- constraints since version 18; 't' stands among the triggers.
      SELECT 'constraint', coalesce(tables.name, conrelid::regclass::text), conname,
        regexp_replace(pg_get_constraintdef(pg_constraint.oid, true), ' NOT VALID$', ''),
        CASE WHEN NOT convalidated THEN 'not valid for all rows'
          WHEN EXISTS (SELECT FROM pg_trigger WHERE tgconstraint = pg_constraint.oid AND tgisinternal AND tgenabled <> 'O')
          THEN 'not enforced, because its triggers are disabled' END
      FROM pg_constraint LEFT JOIN tables ON tables.oid = conrelid
      WHERE contype NOT IN ('n', 't') AND (tables.oid IS NOT NULL OR confrelid IN (SELECT oid FROM tables))
      UNION ALL
      SELECT 'trigger', tables.name, tgname, pg_get_triggerdef(pg_trigger.oid, true),
        CASE tgenabled WHEN 'D' THEN 'disabled' WHEN 'R' THEN 'fired on replicas alone' WHEN 'A' THEN 'fired on replicas too' END
      FROM pg_trigger JOIN tables ON tables.oid = tgrelid
      WHERE NOT tgisinternal
      UNION ALL
      SELECT 'rule', tables.name, rulename, pg_get_ruledef(pg_rewrite.oid, true), NULL
      FROM pg_rewrite JOIN tables ON tables.oid = ev_class
      WHERE rulename <> '_RETURN' AND ev_enabled <> 'D'
      UNION ALL
      SELECT 'policy', tables.name, polname, concat_ws(' ', polcmd, pg_get_expr(polqual, polrelid, true)), NULL
      FROM pg_policy JOIN tables ON tables.oid = polrelid
      UNION ALL
      SELECT 'function', NULL, proname || '(' || pg_get_function_identity_arguments(pg_proc.oid) || ')',
        replace(pg_get_functiondef(pg_proc.oid), ' ' || quote_ident(nspname) || '.' || quote_ident(proname), ' ' || quote_ident(proname)),
        NULL
      FROM pg_proc JOIN pg_namespace ON pg_namespace.oid = pronamespace
      WHERE nspname = current_schema() AND prokind IN ('f', 'p')
        AND NOT EXISTS (SELECT FROM pg_depend WHERE classid = 'pg_proc'::regclass AND objid = pg_proc.oid AND deptype = 'e')
      UNION ALL
      SELECT 'event trigger', NULL, evtname, concat(evtevent, ' ', evtfoid::regproc), NULL
      FROM pg_event_trigger
      WHERE evtenabled <> 'D'
        AND NOT EXISTS (SELECT FROM pg_depend WHERE classid = 'pg_event_trigger'::regclass AND objid = pg_event_trigger.oid AND deptype = 'e')
    )
    SELECT kind, "table", name, definition, state
    FROM objects, concat_ws('.', "table", own_name) AS name
    ORDER BY kind COLLATE "C", name COLLATE "C"`
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
