import type { Request } from 'express'

const METHODS = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'])

/**
 * The pattern that serves a request, such as `/api/tasks/:id`; `/trpc` whatever is called there; "other" where nothing has the
 * path. Never a path as it came, of which there is no end.
 */
export function routeOf({ route, originalUrl }: Pick<Request, 'route' | 'originalUrl'>): string {
  const [, first] = /^\/(trpc|api)(?:[/?]|$)/i.exec(originalUrl) ?? []
  const mount = first?.toLowerCase()
  if (mount === 'trpc') return '/trpc'
  const pattern: unknown = route?.path
  if (typeof pattern !== 'string') return 'other'
  return mount === undefined ? pattern : `/api${pattern}`
}

/** The method, or "other" for those that nothing here has. */
export function methodOf({ method }: Pick<Request, 'method'>): string {
  return METHODS.has(method) ? method : 'other'
}
