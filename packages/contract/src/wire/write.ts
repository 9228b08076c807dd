import { SuperJSON } from 'superjson'
import { type Annotation, describePath, FORBIDDEN_KEYS, MAX_DEPTH, type WireValue } from './format.ts'
import { WireError } from './wire-error.ts'

const NOT_PLAIN = Symbol('needs superjson')
const superjson = new SuperJSON()

/**
 * Writes a value in superjson's format. A shared object is written out wherever it occurs: `referentialEqualities` would
 * let a small body grow huge at the reader, so there are none.
 *
 * @throws WireError for what the reader would refuse: a cycle, an invalid date, more than 32 levels, a class instance.
 */
export function writeWire(value: unknown): WireValue {
  return writePlain(value) ?? writeWithSuperjson(value)
}

/** The fast path: JSON, dates and undefined, which is nearly everything. Gives up (undefined) on all the rest. */
function writePlain(root: unknown): WireValue | undefined {
  if (root === undefined) return { json: null, meta: { values: ['undefined'], v: 1 } }
  if (root instanceof Date) return { json: writeDate(root, ''), meta: { values: ['Date'], v: 1 } }

  const ancestors: object[] = []
  const annotations: Record<string, Annotation> = {}
  let annotated = false

  function write(value: unknown, path: string): unknown {
    if (value === null || typeof value === 'string' || typeof value === 'boolean') return value
    if (typeof value === 'number') return Number.isFinite(value) && !Object.is(value, -0) ? value : NOT_PLAIN
    if (value === undefined) {
      annotations[path] = ['undefined']
      annotated = true
      return null
    }
    if (value instanceof Date) {
      annotations[path] = ['Date']
      annotated = true
      return writeDate(value, path)
    }
    return writeContainer(value, `${path}.`)
  }

  function writeContainer(value: unknown, prefix: string): unknown {
    if (Array.isArray(value)) {
      enter(value, { path: prefix.slice(0, -1), ancestors })
      const items: unknown[] = new Array(value.length)
      for (let index = 0; index < value.length; index++) {
        const item = write(value[index], prefix + index)
        if (item === NOT_PLAIN) return NOT_PLAIN
        items[index] = item
      }
      ancestors.pop()
      return items
    }
    if (isPlainObject(value)) {
      enter(value, { path: prefix.slice(0, -1), ancestors })
      const properties: Record<string, unknown> = {}
      for (const key of Object.keys(value)) {
        if (FORBIDDEN_KEYS.has(key) || key.includes('.') || key.includes('\\')) return NOT_PLAIN
        const property = write(value[key], prefix + key)
        if (property === NOT_PLAIN) return NOT_PLAIN
        properties[key] = property
      }
      ancestors.pop()
      return properties
    }
    return NOT_PLAIN
  }

  const json = typeof root === 'object' && root !== null ? writeContainer(root, '') : write(root, '')
  if (json === NOT_PLAIN) return undefined
  return annotated ? { json, meta: { values: annotations, v: 1 } } : { json }
}

function writeWithSuperjson(root: unknown): WireValue {
  assertWritable(root, { path: '', ancestors: [] })
  const { json, meta } = superjson.serialize(root)
  return meta?.values ? { json, meta: { values: meta.values as Annotation, v: 1 } } : { json }
}

interface Position {
  path: string
  ancestors: object[]
}

/** superjson writes a cycle as null, an invalid date as null and a function as nothing: better to say so at once. */
function assertWritable(value: unknown, position: Position): void {
  if (value instanceof Date) {
    writeDate(value, position.path)
  } else if (Array.isArray(value)) {
    assertChildrenWritable(
      value,
      Array.from(value, (child, index) => [String(index), child]),
      position,
    )
  } else if (isPlainObject(value)) {
    assertChildrenWritable(value, Object.entries(value), position)
  } else if (!isScalar(value)) {
    throw new WireError(`Cannot send ${describePath(position.path)}: only plain values and Date can be sent`)
  }
}

function assertChildrenWritable(parent: object, children: [key: string, child: unknown][], position: Position): void {
  const { path, ancestors } = position
  enter(parent, position)
  for (const [key, child] of children) {
    if (FORBIDDEN_KEYS.has(key)) throw new WireError(`Cannot send a property named "${key}"`)
    assertWritable(child, { path: path === '' ? key : `${path}.${key}`, ancestors })
  }
  ancestors.pop()
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

function isScalar(value: unknown): boolean {
  return value === null || !['object', 'function', 'symbol', 'bigint'].includes(typeof value)
}

function isPlainObject(value: unknown): value is Record<string, unknown> {
  if (typeof value !== 'object' || value === null) return false
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === Object.prototype || prototype === null
}
