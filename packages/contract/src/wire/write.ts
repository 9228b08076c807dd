import { type Annotation, describePath, FORBIDDEN_KEYS, MAX_DEPTH, type WireValue } from './format.ts'
import { WireError } from './wire-error.ts'

/**
 * Writes a value in superjson's format. A shared object is written out wherever it occurs: `referentialEqualities` would
 * let a small body grow huge at the reader, so there are none.
 *
 * @throws WireError for what the reader would refuse: a cycle, an invalid date, more than 32 levels, a class instance.
 */
export function writeWire(root: unknown): WireValue {
  const ancestors: object[] = []
  const annotations: Record<string, Annotation> = {}
  let annotated = false

  function annotate(type: string, { path, json }: { path: string; json: unknown }): unknown {
    annotations[path] = [type]
    annotated = true
    return json
  }

  function write(value: unknown, path: string): unknown {
    if (value === null || typeof value === 'string' || typeof value === 'boolean') return value
    if (typeof value === 'number') {
      if (Number.isFinite(value) && !Object.is(value, -0)) return value
      return annotate('number', { path, json: Object.is(value, -0) ? '-0' : String(value) })
    }
    if (value === undefined) return annotate('undefined', { path, json: null })
    if (value instanceof Date) return annotate('Date', { path, json: writeDate(value, path) })
    if (Array.isArray(value)) return writeArray(value, path)
    if (isPlainObject(value)) return writeObject(value, path)
    throw new WireError(`Cannot send ${describePath(path)}: only plain values and Date can be sent`)
  }

  function writeArray(array: unknown[], path: string): unknown[] {
    enter(array, { path, ancestors })
    const prefix = prefixOf(path)
    const items: unknown[] = new Array(array.length)
    for (let index = 0; index < array.length; index++) items[index] = write(array[index], prefix + index)
    ancestors.pop()
    return items
  }

  function writeObject(object: Record<string, unknown>, path: string): Record<string, unknown> {
    enter(object, { path, ancestors })
    const prefix = prefixOf(path)
    const properties: Record<string, unknown> = {}
    for (const key of Object.keys(object)) {
      if (FORBIDDEN_KEYS.has(key)) throw new WireError(`Cannot send a property named "${key}"`)
      properties[key] = write(object[key], prefix + escapeKey(key))
    }
    ancestors.pop()
    return properties
  }

  /** What stands before the path of a child. Only the root has none: a key may be empty, too. */
  function prefixOf(path: string): string {
    return ancestors.length === 1 ? '' : `${path}.`
  }

  const json = write(root, '')
  if (!annotated) return { json }
  const isRootAnnotated = typeof json !== 'object' || json === null
  return { json, meta: { values: isRootAnnotated ? (annotations[''] as Annotation) : annotations, v: 1 } }
}

interface Position {
  path: string
  /** What is being written at the moment, from the root on. */
  ancestors: object[]
}

function enter(value: object, { path, ancestors }: Position): void {
  if (ancestors.includes(value)) throw new WireError(`Cannot send ${describePath(path)}: it contains itself`)
  if (ancestors.length === MAX_DEPTH) throw new WireError(`Cannot send more than ${MAX_DEPTH} levels of nesting`)
  ancestors.push(value)
}

function writeDate(date: Date, path: string): string {
  if (Number.isNaN(date.getTime())) throw new WireError(`Cannot send ${describePath(path)}: not a valid date`)
  return date.toISOString()
}

/** A dot separates keys in a path. */
function escapeKey(key: string): string {
  return key.includes('.') || key.includes('\\') ? key.replaceAll(/[\\.]/g, '\\$&') : key
}

function isPlainObject(value: unknown): value is Record<string, unknown> {
  if (typeof value !== 'object' || value === null) return false
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === Object.prototype || prototype === null
}
