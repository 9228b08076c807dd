import { fieldsOf } from '@taskwire/contract/testing'
import { appRouter } from '@taskwire/router'

/** By their full paths, whatever the type says. */
const procedures: object = appRouter._def.procedures
const definitions = Object.entries<{ _def: { type: string; inputs: Parameters<typeof fieldsOf> } }>({ ...procedures })

/** The paths of all procedures of a kind, as the router has them: a new one is among them by itself. */
export function procedurePaths(kind: 'query' | 'mutation' | 'subscription'): string[] {
  return definitions.filter(([, procedure]) => procedure._def.type === kind).map(([path]) => path)
}

/** The names of all fields that the procedures take: a new one is among them by itself. */
export function inputFieldNames(): string[] {
  return [
    ...new Set(definitions.flatMap(([, { _def }]) => _def.inputs.flatMap((input) => Object.keys(fieldsOf(input))))),
  ]
}
