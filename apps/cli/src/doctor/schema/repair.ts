import type { CatalogObject } from '@taskwire/prisma'
import type { Difference } from './differences.ts'

/**
 * SQL that makes the object as the migrations make it, where that loses nothing: no row, column or table goes, and no
 * type changes.
 *
 * @returns null where somebody has to think
 */
export function repairOf({ expected, found }: Difference): string | null {
  if (expected === null) return found === null ? null : removalOf(found)
  const repairs: Record<CatalogObject['kind'], () => string | null> = {
    table: () => tableRepair(expected, found),
    column: () => columnRepair(expected, found),
    index: () => indexRepair(expected, found),
    constraint: () => constraintRepair(expected, found),
    trigger: () => triggerRepair(expected, found),
    function: () => expected.definition.trim(),
    rule: () => null,
    policy: () => null,
    'event trigger': () => null,
  }
  return repairs[expected.kind]()
}

function removalOf(found: CatalogObject): string | null {
  const { kind, table, definition } = found
  const name = ownName(found)
  if (kind === 'trigger') return `DROP TRIGGER ${name} ON ${table}`
  if (kind === 'rule') return `DROP RULE ${name} ON ${table}`
  if (kind === 'policy') return `DROP POLICY ${name} ON ${table}`
  if (kind === 'constraint') return `ALTER TABLE ${table} DROP CONSTRAINT ${name}`
  if (kind === 'index') return `DROP INDEX CONCURRENTLY ${name}`
  if (kind === 'event trigger') return `DROP EVENT TRIGGER ${name}`
  if (kind === 'function') return `DROP FUNCTION ${name}`
  return kind === 'column' && /NOT NULL/.test(definition)
    ? `ALTER TABLE ${table} ALTER COLUMN ${name} DROP NOT NULL`
    : null
}

function tableRepair({ name }: CatalogObject, found: CatalogObject | null): string | null {
  if (found?.definition === 'table, unlogged') return `ALTER TABLE ${name} SET LOGGED`
  if (found?.definition === 'table, row level security') return `ALTER TABLE ${name} DISABLE ROW LEVEL SECURITY`
  return null
}

function columnRepair(expected: CatalogObject, found: CatalogObject | null): string | null {
  if (found === null) return null
  const [wanted, seen] = [columnParts(expected.definition), columnParts(found.definition)]
  if (wanted.type !== seen.type) return null
  const actions = [
    wanted.notNull !== seen.notNull && (wanted.notNull ? 'SET NOT NULL' : 'DROP NOT NULL'),
    wanted.default !== seen.default &&
      (wanted.default === undefined ? 'DROP DEFAULT' : `SET DEFAULT ${wanted.default}`),
  ]
  const alter = `ALTER COLUMN ${ownName(expected)}`
  return `ALTER TABLE ${expected.table} ${actions
    .filter((action) => action !== false)
    .map((action) => `${alter} ${action}`)
    .join(', ')}`
}

function columnParts(definition: string) {
  const [, type, notNull, value] = /^(.*?)( NOT NULL)?(?: DEFAULT (.*))?$/.exec(definition) ?? []
  return { type, notNull: notNull !== undefined, default: value }
}

function indexRepair(expected: CatalogObject, found: CatalogObject | null): string {
  const name = ownName(expected)
  if (found?.definition === expected.definition) return `REINDEX INDEX CONCURRENTLY ${name}`
  const create = expected.definition.replace(/^CREATE (UNIQUE )?INDEX /, 'CREATE $1INDEX CONCURRENTLY ')
  return found === null ? create : `DROP INDEX CONCURRENTLY ${name}; ${create}`
}

function constraintRepair(expected: CatalogObject, found: CatalogObject | null): string | null {
  const { table, definition } = expected
  const name = ownName(expected)
  const validate = `ALTER TABLE ${table} VALIDATE CONSTRAINT ${name}`
  if (found?.definition === definition && found.state === 'not valid for all rows') return validate
  const remove = found === null ? '' : `DROP CONSTRAINT ${name}, `
  // Readers and writers go on while the rows are looked through.
  if (/^(CHECK|FOREIGN KEY) /.test(definition)) {
    return `ALTER TABLE ${table} ${remove}ADD CONSTRAINT ${name} ${definition} NOT VALID; ${validate}`
  }
  // Foreign keys may depend on what is there.
  return found === null ? `ALTER TABLE ${table} ADD CONSTRAINT ${name} ${definition}` : null
}

function triggerRepair(expected: CatalogObject, found: CatalogObject | null): string {
  const enable = `ALTER TABLE ${expected.table} ENABLE TRIGGER ${ownName(expected)}`
  const create = expected.definition.replace(/^CREATE TRIGGER /, 'CREATE OR REPLACE TRIGGER ')
  if (found?.definition === expected.definition) return enable
  return found === null || found.state === null ? create : `${create}; ${enable}`
}

/** Without its table's; as SQL writes it. */
function ownName({ kind, table, name }: CatalogObject): string {
  const own = table === null ? name : name.slice(table.length + 1)
  return kind === 'function' || /^[a-z_][a-z0-9_]*$/.test(own) ? own : `"${own.replaceAll('"', '""')}"`
}
