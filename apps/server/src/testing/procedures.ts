import { appRouter } from '@taskwire/router'

/** The paths of all procedures of a kind, as the router has them: a new one is among them by itself. */
export function procedurePaths(kind: 'query' | 'mutation' | 'subscription'): string[] {
  // By their full paths, whatever the type says.
  const procedures: object = appRouter._def.procedures
  return Object.entries<{ _def: { type: string } }>({ ...procedures })
    .filter(([, procedure]) => procedure._def.type === kind)
    .map(([path]) => path)
}
