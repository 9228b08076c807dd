import { type AnnotationNode, readAnnotations } from './annotations.ts'
import { type Decoder, INVALID } from './decoders.ts'
import { describePath, FORBIDDEN_KEYS } from './format.ts'
import { WireError } from './wire-error.ts'

/** What a reader accepts; whatever passes a limit is refused before it costs anything. */
export interface WireLimits {
  /** Levels of arrays and objects. */
  depth: number
  /** Values in all, containers included. */
  nodes: number
  /** The encoded types that may occur. */
  decoders: ReadonlyMap<string, Decoder>
}

const UNANNOTATED: AnnotationNode = { children: new Map() }

/**
 * Reads a value in superjson's format. Unlike superjson it builds a new value in one bounded walk along value and
 * annotations, so that no annotation can reach a prototype, an absent path or anything outside the value.
 *
 * @throws WireError for anything but a well-formed value within the limits.
 */
export function readWire(payload: unknown, limits: WireLimits): unknown {
  // A call without input: tRPC deserializes that too.
  if (payload === undefined) return undefined

  const { json, values } = openEnvelope(payload)
  const trail: (string | number)[] = []
  let remaining = limits.nodes

  function read(node: unknown, annotation: AnnotationNode): unknown {
    if (remaining-- === 0) throw tooManyValues(limits)
    const content = readContent(node, annotation)
    return annotation.type === undefined ? content : decode(content, annotation.type)
  }

  function readContent(node: unknown, annotation: AnnotationNode): unknown {
    if (typeof node !== 'object' || node === null) {
      if (annotation.children.size > 0) throw annotatesNothing()
      return node
    }
    if (trail.length === limits.depth) throw new WireError(`More than ${limits.depth} levels of nesting`)
    return Array.isArray(node)
      ? readItems(node, annotation)
      : readProperties(node as Record<string, unknown>, annotation)
  }

  function readItems(items: unknown[], annotation: AnnotationNode): unknown[] {
    if (items.length > remaining) throw tooManyValues(limits)
    const { children } = annotation
    let followed = 0
    const result = items.map((item, index) => {
      const within = children.size > 0 ? children.get(String(index)) : undefined
      if (within !== undefined) followed++
      return readChild(index, item, within)
    })
    if (followed < children.size) throw annotatesNothing()
    return result
  }

  function readProperties(properties: Record<string, unknown>, annotation: AnnotationNode): Record<string, unknown> {
    const keys = Object.keys(properties)
    if (keys.length > remaining) throw tooManyValues(limits)
    const { children } = annotation
    let followed = 0
    const result: Record<string, unknown> = {}
    for (const key of keys) {
      if (FORBIDDEN_KEYS.has(key)) throw new WireError(`Forbidden key "${key}"`)
      const within = children.get(key)
      if (within !== undefined) followed++
      result[key] = readChild(key, properties[key], within)
    }
    if (followed < children.size) throw annotatesNothing()
    return result
  }

  function readChild(key: string | number, child: unknown, annotation = UNANNOTATED): unknown {
    trail.push(key)
    const value = read(child, annotation)
    trail.pop()
    return value
  }

  function decode(content: unknown, type: string): unknown {
    const decoder = limits.decoders.get(type)
    if (decoder === undefined) {
      throw new WireError(`Unknown type at ${here()}: only ${[...limits.decoders.keys()].join(', ')} can be read`)
    }
    const value = decoder(content)
    if (value === INVALID) throw new WireError(`Not a valid ${type} at ${here()}`)
    return value
  }

  function annotatesNothing(): WireError {
    return new WireError(`Annotation without a value in ${here()}`)
  }

  function here(): string {
    return describePath(trail.join('.'))
  }

  return read(json, values === undefined ? UNANNOTATED : readAnnotations(values, limits))
}

function openEnvelope(payload: unknown): { json: unknown; values: unknown } {
  const { json, meta = {} } = namedFields(payload, ['json', 'meta'])
  // Absent from superjson 1 and from bodies written by hand; its paths differ for keys with backslashes alone.
  const { values, v = 0 } = namedFields(meta, ['values', 'v'])
  if (v !== 0 && v !== 1) throw new WireError('Unknown version of the superjson format')
  return { json, values }
}

/** The fields of an object that has no others: `referentialEqualities`, a billion laughs in waiting, is among the others. */
function namedFields<Name extends string>(object: unknown, names: readonly Name[]): Partial<Record<Name, unknown>> {
  const isObject = typeof object === 'object' && object !== null && !Array.isArray(object)
  if (!isObject || Object.keys(object).some((key) => !(names as readonly string[]).includes(key))) {
    throw new WireError('Expected superjson: { "json": …, "meta"?: { "values": … } } without referentialEqualities')
  }
  return object
}

function tooManyValues({ nodes }: WireLimits): WireError {
  return new WireError(`More than ${nodes} values`)
}
