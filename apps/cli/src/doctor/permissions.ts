import { type CatalogObject, type Finding, ok, readExpectedCatalog } from '@taskwire/prisma'
import type { Examination } from './examination.ts'

/** What calls need of every table; of the migrations' table a start reads alone. */
const NEEDED = ['SELECT', 'INSERT', 'UPDATE', 'DELETE']

/** Whether the role that calls use may do what they do, with what the migrations make. */
export async function checkPermissions({
  database: { client },
}: Pick<Examination, 'database'>): Promise<Finding | Finding[]> {
  const [{ role, schema, usable }] = await client.$queryRaw<[{ role: string; schema: string | null; usable: boolean }]>`
    SELECT current_user AS role, schemas.name AS schema, coalesce(has_schema_privilege(schemas.name, 'USAGE'), false) AS usable
    FROM coalesce(current_schema()::text, 'public') AS schemas (name)`
  if (!usable) {
    return {
      grade: 'FAIL',
      says: `role ${role} may not use the schema ${schema}`,
      hint: `GRANT USAGE ON SCHEMA ${schema} TO "${role}"`,
    }
  }
  const expected = await readExpectedCatalog()
  const named = (kind: CatalogObject['kind']) =>
    expected.filter((object) => object.kind === kind).map(({ name }) => name)
  const refused = await client.$queryRaw<{ object: string; privileges: string }[]>`
    SELECT relname::text AS object, string_agg(privilege, ', ' ORDER BY place) AS privileges
    FROM pg_class CROSS JOIN unnest(${NEEDED}::text[]) WITH ORDINALITY AS needed (privilege, place)
    WHERE relnamespace = current_schema()::regnamespace
      AND (relname = ANY(${named('table')}::text[]) OR relname = '_prisma_migrations' AND privilege = 'SELECT')
      AND NOT has_table_privilege(oid, privilege)
    GROUP BY relname
    UNION ALL
    SELECT 'FUNCTION ' || oid::regprocedure, 'EXECUTE' FROM pg_proc
    WHERE pronamespace = current_schema()::regnamespace AND oid::regprocedure::text = ANY(${named('function')}::text[])
      AND NOT has_function_privilege(oid, 'EXECUTE')
    ORDER BY 1`
  if (refused.length === 0) return ok(`role ${role} may do all that calls do`)
  return refused.map(({ object, privileges }) => ({
    grade: 'FAIL',
    says: `role ${role} lacks ${privileges} on ${object}`,
    hint: `GRANT ${privileges} ON ${object} TO "${role}"`,
  }))
}
