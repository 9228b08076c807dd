import { type CatalogObject, readCatalog, readExpectedCatalog } from '@taskwire/prisma'
import type { Check } from './finding.ts'

const NAMED_AT_MOST = 5

export const checkSchema: Check = async ({ client }) => {
  const present = new Set((await readCatalog(client)).map(nameOf))
  const expected = (await readExpectedCatalog()).map(nameOf)
  const missing = expected.filter((name) => !present.has(name))
  if (missing.length === 0) return { ok: true, says: `all ${expected.length} objects are there` }
  const more = missing.length > NAMED_AT_MOST ? ` and ${missing.length - NAMED_AT_MOST} more` : ''
  return {
    ok: false,
    says: `${missing.slice(0, NAMED_AT_MOST).join(', ')}${more} missing, disabled or invalid`,
    hint: 'apply pending migrations, or restore what was changed by hand',
  }
}

function nameOf({ kind, name }: CatalogObject): string {
  return `${kind} ${name}`
}
