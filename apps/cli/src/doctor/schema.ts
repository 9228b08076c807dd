import { type Finding, ok, readCatalog, readExpectedCatalog } from '@taskwire/prisma'
import type { Examination } from './examination.ts'
import { describeDifference } from './schema/describe-difference.ts'
import { findDifferences } from './schema/differences.ts'
import { repairOf } from './schema/repair.ts'

const NAMED_AT_MOST = 20

/** The only comparison with what the migrations make: object by object, by definition and state. */
export async function checkSchema({
  database: { client },
}: Pick<Examination, 'database'>): Promise<Finding | Finding[]> {
  const expected = await readExpectedCatalog()
  const differences = findDifferences(expected, await readCatalog(client))
  if (differences.length === 0) return ok(`all ${expected.length} objects are as they should be`)
  const findings = differences.slice(0, NAMED_AT_MOST).map((difference): Finding => {
    const repair = repairOf(difference)
    return {
      grade: difference.grade,
      says: describeDifference(difference),
      ...(repair !== null && { hint: repair }),
    }
  })
  const rest = differences.slice(NAMED_AT_MOST)
  // The worse come first, so that none of the rest is worse than its first.
  const [worst] = rest
  if (worst === undefined) return findings
  return [...findings, { grade: worst.grade, says: `${rest.length} more objects are not as they should be` }]
}
