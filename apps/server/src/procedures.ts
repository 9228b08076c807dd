import { appRouter, type Meta } from '@taskwire/router'
import type { z } from 'zod'

/** What tRPC keeps of a procedure, as far as it is looked at here. */
export interface ProcedureDefinition {
  type: 'query' | 'mutation' | 'subscription'
  meta?: Meta
  /** One for each `.input`. */
  inputs: z.ZodType[]
  /** A function where no schema can say it: of a subscription. */
  output: unknown
}

const procedures: object = appRouter._def.procedures

/** All procedures by their full paths, such as `task.list`, in the router's order. tRPC's type has them nested, which they are not. */
export const procedureDefinitions: ReadonlyMap<string, ProcedureDefinition> = new Map(
  Object.entries<{ _def: ProcedureDefinition }>({ ...procedures }).map(([path, { _def }]) => [path, _def]),
)
