import { type CatalogObject, readCatalog, readExpectedCatalog } from '@taskwire/prisma'
import type { Check } from './finding.ts'

const NAMED_AT_MOST = 5

/** The only comparison with what the migrations make: object by object, by definition. What there is beyond that is let be. */
export const checkSchema: Check = async ({ client }) => {
  const present = new Map((await readCatalog(client)).map((object) => [nameOf(object), object.definition]))
  const expected = await readExpectedCatalog()
  const missing = expected.filter((object) => !present.has(nameOf(object)))
  const altered = expected.filter(
    (object) => !missing.includes(object) && present.get(nameOf(object)) !== object.definition,
  )
  const differences = [
    describe(missing, 'missing, disabled or invalid'),
    describe(altered, 'not as the migrations make it'),
  ].filter((text) => text !== null)
  if (differences.length === 0) return { ok: true, says: `all ${expected.length} objects are as they should be` }
  return {
    ok: false,
    says: differences.join('; '),
    hint: 'apply pending migrations, or restore what was changed by hand',
  }
}

function describe(objects: CatalogObject[], fault: string): string | null {
  if (objects.length === 0) return null
  const names = objects.slice(0, NAMED_AT_MOST).map(nameOf).join(', ')
  const more = objects.length > NAMED_AT_MOST ? ` and ${objects.length - NAMED_AT_MOST} more` : ''
  return `${names}${more} ${fault}`
}

function nameOf({ kind, name }: CatalogObject): string {
  return `${kind} ${name}`
}
