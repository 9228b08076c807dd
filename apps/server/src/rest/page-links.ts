import {
  type AccountExportResult,
  type ChangeListResult,
  type TaskListResult,
  taskListInputSchema,
} from '@taskwire/contract'
import type { Request } from 'express'
import { fieldSchemas } from './input-schema.ts'

const fields = fieldSchemas(taskListInputSchema)
const DEFAULT_LIMIT = Number(fields['limit']?.default)
const MAX_OFFSET = Number(fields['offset']?.maximum)

/** Characters. Proxies take no headers that are much longer, and each link repeats the whole query. */
const MAX_LENGTH = 3_000

/** What to change of a query to get another page: null takes a field away. */
type Step = Record<string, string | number | null>
/** By relation, the most wanted first. */
type Steps = Record<string, Step>

/** The procedures that answer a page. */
const pages: Record<string, (query: URLSearchParams, answer: unknown) => Steps> = {
  'task.list': (query, answer) => taskSteps(query, answer as TaskListResult),
  'change.list': (_query, answer) => changeSteps(answer as ChangeListResult),
  'account.export': (_query, answer) => accountSteps(answer as AccountExportResult),
}

/**
 * The `Link` header of an answer that is a page (RFC 8288), with as many links as it has room for; undefined for others.
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
  while (links.join(', ').length > MAX_LENGTH) links.pop()
  return links.length === 0 ? undefined : links.join(', ')
}

/** Whoever counts by offsets goes on so, as far as they go. */
function taskSteps(query: URLSearchParams, { nextCursor }: TaskListResult): Steps {
  const limit = Number(query.get('limit') ?? DEFAULT_LIMIT)
  const offset = Number(query.get('offset') ?? 0)
  const byOffset = query.has('offset') && offset + limit <= MAX_OFFSET
  const next: Step = byOffset ? { offset: offset + limit } : { cursor: nextCursor, offset: null }
  return {
    ...(nextCursor !== null && { next }),
    ...(offset > 0 && { prev: { offset: Math.max(0, offset - limit) } }),
    first: { cursor: null, offset: query.has('offset') ? 0 : null },
  }
}

function changeSteps({ hasMore, version, snapshot }: ChangeListResult): Steps {
  return hasMore ? { next: { since: version, snapshot } } : {}
}

function accountSteps({ nextCursor }: AccountExportResult): Steps {
  return nextCursor === null ? {} : { next: { cursor: nextCursor } }
}
