import { expect } from 'vitest'

/** An answer of HTTP, as curl prints it or a document shows it. */
export interface ShownAnswer {
  /** Such as `HTTP/1.1 200 OK`; undefined where only the body is shown. */
  status: string | undefined
  /** By their names in lower case. */
  headers: Record<string, string>
  /** Of JSON the value, else the text. */
  body: unknown
}

export function readAnswer(text: string): ShownAnswer {
  const printed = text.replaceAll('\r', '')
  if (!printed.startsWith('HTTP/')) return { status: undefined, headers: {}, body: readBody(printed) }
  const [head = '', ...body] = printed.split('\n\n')
  const [status, ...lines] = head.trimEnd().split('\n')
  const headers = lines.map((line) => [line.replace(/:.*/, '').toLowerCase(), line.replace(/^.*?: */, '')])
  return { status, headers: Object.fromEntries(headers), body: readBody(body.join('\n\n')) }
}

function readBody(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return text.trim()
  }
}

const UUID = /[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}/g
const INSTANT = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z$/
/** Seconds that have begun to pass. */
const COUNTED_DOWN = new Set(['expires_in', 'retryAfter', 'retry-after'])

/**
 * What has to be the same whenever something is asked: ids that the server makes are alike, and moments unless they were
 * sent.
 *
 * @param fixed ids that were sent
 */
export function lasting(value: unknown, fixed: ReadonlySet<string>, key = ''): unknown {
  if (COUNTED_DOWN.has(key)) return 'seconds'
  if (typeof value === 'string') {
    if (INSTANT.test(value) && key !== 'dueAt') return 'moment'
    return value.replaceAll(UUID, (id) => (fixed.has(id) ? id : 'id'))
  }
  if (Array.isArray(value)) return value.map((entry) => lasting(entry, fixed, key))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([name, field]) => [name, lasting(field, fixed, name)]))
}

/** What is shown, to be compared: `…` stands for any text. */
export function elided(shown: unknown): unknown {
  if (typeof shown === 'string') return shown.includes('…') ? expect.stringMatching(patternOf(shown)) : shown
  if (Array.isArray(shown)) return shown.map(elided)
  if (typeof shown !== 'object' || shown === null) return shown
  return Object.fromEntries(Object.entries(shown).map(([name, field]) => [name, elided(field)]))
}

function patternOf(text: string): RegExp {
  const parts = text.split('…').map((part) => part.replaceAll(/[\\^$.*+?()[\]{}|]/g, '\\$&'))
  return new RegExp(`^${parts.join('[^]*')}$`)
}
