import type { Access, RestRoute } from '@taskwire/router'
import { z } from 'zod'
import { type ProcedureDefinition, procedureDefinitions } from '../procedures.ts'

/** A procedure that REST serves. */
export interface ServedRoute extends Omit<RestRoute, 'input'> {
  /** Such as `task.list`. */
  procedure: string
  type: ProcedureDefinition['type']
  access: Access
  /** Bytes that its answer may have; 0 of one that is always short. */
  mostBytes: number
  /** The fields of the input that its path says. */
  inPath: readonly string[]
  /** Where the others are read, but for those that a header says. */
  place: 'query' | 'body'
  /** What the procedure takes; undefined: nothing. */
  inputSchema: z.ZodType | undefined
  /** What it answers; undefined of a subscription. */
  outputSchema: z.ZodType | undefined
}

/** All of them, in the order in which the router has them. */
export const restRoutes: readonly ServedRoute[] = Array.from(procedureDefinitions, toRoute).filter(
  (route) => route !== null,
)

function toRoute([procedure, definition]: [string, ProcedureDefinition]): ServedRoute | null {
  const { type, meta = {}, inputs, output } = definition
  const { rest, access, mostBytes = 0 } = meta
  if (rest === undefined) return null
  const [inputSchema, ...others] = inputs
  if (access === undefined || others.length > 0) throw new Error(`REST cannot serve ${procedure} as it is stated`)
  const { input, ...route } = rest
  return {
    ...route,
    procedure,
    type,
    access,
    mostBytes,
    inPath: Array.from(rest.path.matchAll(/\{(\w+)\}/g), ([, name = '']) => name),
    place: input ?? (rest.method === 'GET' || rest.method === 'DELETE' ? 'query' : 'body'),
    inputSchema,
    outputSchema: output instanceof z.ZodType ? output : undefined,
  }
}
