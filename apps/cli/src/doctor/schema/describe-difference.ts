import type { Difference } from './differences.ts'

/** Code points of a definition that are shown. */
const SHOWN = 100

/** Which object it is, what was expected and what was found, in a line. */
export function describeDifference({ expected, found }: Difference): string {
  if (found === null) return `${expected?.kind} ${expected?.name} is missing`
  const name = `${found.kind} ${found.name}`
  if (expected === null) return `${name} should not be there: ${abbreviate(found.definition.replaceAll(/\s+/g, ' '))}`
  if (expected.definition === found.definition) return `${name} is ${found.state}`
  const [wanted, seen] = whereTheyPart(linesOf(expected.definition), linesOf(found.definition))
  const state = found.state === null ? '' : `, and is ${found.state}`
  return `${name} is altered${state}: expected ${wanted}, found ${seen}`
}

function linesOf(definition: string): string[] {
  return definition.split('\n').map((line) => line.trim())
}

/** The first line that is not the same, of each. */
function whereTheyPart(expected: string[], found: string[]): [string, string] {
  const first = expected.findIndex((line, index) => line !== found[index])
  const index = first === -1 ? expected.length : first
  return [abbreviate(expected[index] ?? ''), abbreviate(found[index] ?? '')]
}

function abbreviate(text: string): string {
  return `“${text.length > SHOWN ? `${text.slice(0, SHOWN)}…` : text}”`
}
