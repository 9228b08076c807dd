import { fieldsOf } from '@taskwire/contract/testing'
import { procedureDefinitions } from '../procedures.ts'

/** The paths of all procedures of a kind, as the router has them: a new one is among them by itself. */
export function procedurePaths(kind: 'query' | 'mutation' | 'subscription'): string[] {
  return [...procedureDefinitions].filter(([, { type }]) => type === kind).map(([path]) => path)
}

/** The names of all fields that the procedures take: a new one is among them by itself. */
export function inputFieldNames(): string[] {
  const inputs = [...procedureDefinitions.values()].flatMap((definition) => definition.inputs)
  return [...new Set(inputs.flatMap((input) => Object.keys(fieldsOf(input))))]
}
