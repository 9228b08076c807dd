import type { CatalogObject, Grade } from '@taskwire/prisma'

/** Where a schema is not as the migrations make it. One of `expected` and `found` is null where there is no such object. */
export interface Difference {
  grade: Grade
  expected: CatalogObject | null
  found: CatalogObject | null
}

const RANKS: Record<Grade, number> = { FAIL: 0, WARN: 1, ok: 2 }

/** What is missing, altered or idle, and what is there beside it and gets in the way; the worse first. */
export function findDifferences(expected: CatalogObject[], present: CatalogObject[]): Difference[] {
  const found = new Map(present.map((object) => [keyOf(object), object]))
  const known = new Set(expected.map(keyOf))
  const tables = new Set(expected.map(({ table }) => table).filter((table) => table !== null))
  const lost = new Set([...tables].filter((table) => !found.has(`table ${table}`)))
  const differences = [
    // A table that is missing says it all: not each of its columns as well.
    ...expected
      .filter(({ kind, table }) => kind === 'table' || !lost.has(table ?? ''))
      .map((object): Difference => ({ grade: 'FAIL', expected: object, found: found.get(keyOf(object)) ?? null }))
      .filter(({ expected, found }) => expected?.definition !== found?.definition || expected?.state !== found?.state)
      .map((difference) => (firesTooOften(difference) ? { ...difference, grade: 'WARN' as const } : difference)),
    ...present
      .filter((object) => !known.has(keyOf(object)))
      .map((object): Difference => ({ grade: gradeOfExtra(object, { tables, known }), expected: null, found: object }))
      .filter(({ grade }) => grade !== 'ok'),
  ]
  return withoutRepetitions(differences).sort((one, other) => RANKS[one.grade] - RANKS[other.grade])
}

function keyOf({ kind, name }: CatalogObject): string {
  return `${kind} ${name}`
}

function firesTooOften({ expected, found }: Difference): boolean {
  return expected?.definition === found?.definition && found?.state === 'fired on replicas too'
}

/** What somebody has added: how much it changes what calls do. Functions, tables and indexes of one's own are let be. */
function gradeOfExtra(object: CatalogObject, { tables, known }: { tables: Set<string>; known: Set<string> }): Grade {
  const { kind, table, name, definition, state } = object
  if (kind === 'event trigger') return 'WARN'
  // Calls could reach it instead of the one that the migrations make.
  if (kind === 'function') return [...known].some((key) => key.startsWith(keyOfName(name))) ? 'FAIL' : 'ok'
  if (kind === 'table') return gradeOfTable(definition, tables)
  if (!tables.has(table ?? '')) return refersTo(definition, tables) ? 'FAIL' : 'ok'
  if (kind === 'column') return /NOT NULL(?!.*(DEFAULT|GENERATED|IDENTITY))/.test(definition) ? 'FAIL' : 'WARN'
  if (kind === 'index') return /^CREATE UNIQUE/.test(definition) && state === null ? 'FAIL' : 'WARN'
  if (kind === 'trigger') return state === 'disabled' ? 'WARN' : 'FAIL'
  return kind === 'policy' ? 'WARN' : 'FAIL'
}

function keyOfName(name: string): string {
  return `function ${name.slice(0, name.indexOf('('))}(`
}

/** Rows of a child stand in its parent's as well; and what a view reads cannot be altered. */
function gradeOfTable(definition: string, tables: Set<string>): Grade {
  const others = /(inherits|view of) (.*)/.exec(definition)
  if (others === null || !others[2]?.split(/, | and /).some((name) => tables.has(name))) return 'ok'
  return others[1] === 'inherits' ? 'FAIL' : 'WARN'
}

/** A foreign key of another table, which refuses to let rows go. */
function refersTo(definition: string, tables: Set<string>): boolean {
  const target = /^FOREIGN KEY .* REFERENCES (?:.*\.)?(\w+)\(/.exec(definition)?.[1] ?? ''
  return tables.has(target) && !/ON DELETE (CASCADE|SET)/.test(definition)
}

/** A primary key is an index too, and an object with a constraint of the same name is told once. */
function withoutRepetitions(differences: Difference[]): Difference[] {
  const constraints = new Set(
    differences.map(({ expected, found }) => expected ?? found).map((object) => object && keyOf(object)),
  )
  return differences.filter(({ expected, found }) => {
    const object = expected ?? found
    return object?.kind !== 'index' || !constraints.has(`constraint ${object.name}`)
  })
}
