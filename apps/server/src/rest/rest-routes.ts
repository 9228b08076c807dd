import { type Access, appRouter, type Meta, type RestRoute } from '@taskwire/router'
import type { z } from 'zod'

/** A procedure that REST serves. */
export interface ServedRoute extends RestRoute {
  /** Such as `task.list`. */
  procedure: string
  type: 'query' | 'mutation' | 'subscription'
  access: Access
  /** Bytes that its answer may have; 0 of one that is always short. */
  mostBytes: number
  /** What the procedure takes; undefined: nothing. */
  inputSchema: z.ZodType | undefined
  /** What it answers; of a subscription what each event holds is another schema. */
  outputSchema: z.ZodType
}

interface Definition {
  type: ServedRoute['type']
  meta?: Meta
  inputs: z.ZodType[]
  output: z.ZodType
}

/** By their full paths, whatever the type says. */
const procedures: object = appRouter._def.procedures

/** All of them, in the order in which the router has them. */
export const restRoutes: readonly ServedRoute[] = Object.entries<{ _def: Definition }>({ ...procedures }).flatMap(
  ([procedure, { _def }]) => {
    const { rest, access, mostBytes = 0 } = _def.meta ?? {}
    if (rest === undefined || access === undefined) return []
    const [inputSchema] = _def.inputs
    return [{ ...rest, procedure, type: _def.type, access, mostBytes, inputSchema, outputSchema: _def.output }]
  },
)
