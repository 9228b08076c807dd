import type { ChangeListResult, TaskListResult } from '@taskwire/contract'
import type { Request } from 'express'

const MAX_OFFSET = 10_000
const DEFAULT_LIMIT = 20

/** What to change of a query to get another page: null takes a field away. */
type Steps = Record<string, Record<string, string | number | null>>

/** The procedures that answer a page. */
const pages: Record<string, (query: URLSearchParams, answer: unknown) => Steps> = {
  'task.list': (query, answer) => taskSteps(query, answer as TaskListResult),
  'change.list': (_query, answer) => changeSteps(answer as ChangeListResult),
}

/**
 * The `Link` header of an answer that is a page (RFC 8288); undefined for others.
 *
 * @param procedure such as `task.list`
 */
export function pageLinks(procedure: string, request: Request, answer: unknown): string | undefined {
  const stepsOf = pages[procedure]
  if (stepsOf === undefined) return undefined
  const { searchParams: query, pathname } = new URL(request.originalUrl, 'http://localhost')
  const steps = stepsOf(query, answer)
  const links = Object.entries(steps).map(([relation, changes]) => {
    const other = new URLSearchParams(query)
    for (const [name, value] of Object.entries(changes)) {
      if (value === null) other.delete(name)
      else other.set(name, String(value))
    }
    return `<${pathname}${other.size === 0 ? '' : `?${other}`}>; rel="${relation}"`
  })
  return links.length === 0 ? undefined : links.join(', ')
}

/** Whoever counts by offsets goes on so, as far as they go. */
function taskSteps(query: URLSearchParams, { nextCursor }: TaskListResult): Steps {
  const steps: Steps = { first: { cursor: null, offset: query.has('offset') ? 0 : null } }
  const limit = Number(query.get('limit') ?? DEFAULT_LIMIT)
  const offset = Number(query.get('offset') ?? 0)
  if (offset > 0) steps['prev'] = { offset: Math.max(0, offset - limit) }
  if (nextCursor === null) return steps
  const byOffset = query.has('offset') && offset + limit <= MAX_OFFSET
  steps['next'] = byOffset ? { offset: offset + limit } : { cursor: nextCursor, offset: null }
  return steps
}

function changeSteps({ hasMore, version }: ChangeListResult): Steps {
  return hasMore ? { next: { since: version } } : {}
}
