import { type Finding, ok } from './finding.ts'
import type { Route } from './route.ts'

/** @param direct null where DATABASE_URL is the only one */
export function judgeRoute(route: Route, direct: Route | null): Finding {
  if (direct === null) {
    if (route.kind === 'transactions') {
      return {
        grade: 'FAIL',
        says: 'DATABASE_URL leads through a pooler that gives each transaction another connection',
        hint: 'set DIRECT_DATABASE_URL to the URL of the same database without the pooler',
      }
    }
    return ok(route.kind === 'direct' ? 'none: straight to the server' : 'one that keeps a session on one connection')
  }
  if (direct.identity !== route.identity) {
    return {
      grade: 'FAIL',
      says: 'DATABASE_URL and DIRECT_DATABASE_URL lead to different databases',
      hint: 'both have to be the same database of the same server, one without the pooler',
    }
  }
  if (direct.kind === 'transactions') {
    return {
      grade: 'FAIL',
      says: 'DIRECT_DATABASE_URL leads through a pooler as well, where migrations and LISTEN cannot work',
      hint: 'set it to the server’s own address',
    }
  }
  return ok(
    route.kind === 'direct'
      ? 'none, although DIRECT_DATABASE_URL says so: without it statements would be prepared once'
      : 'for calls; migrations and LISTEN go straight to the server',
  )
}
