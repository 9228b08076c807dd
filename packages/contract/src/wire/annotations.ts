import { describePath, FORBIDDEN_KEYS } from './format.ts'
import { WireError } from './wire-error.ts'

/** The annotations of a body, arranged as the values are. */
export interface AnnotationNode {
  type?: string
  readonly children: Map<string, AnnotationNode>
}

/** How many values a body may have, and at how many levels: no annotation can lie elsewhere. */
export interface AnnotationLimits {
  depth: number
  nodes: number
}

/**
 * Reads `meta.values`, where paths may be written out (`"a.b": ["Date"]`), nested (`{ a: { b: ["Date"] } }`) or both.
 * Nothing is looked up by a path here: paths only become a tree, which the reader then follows beside the values.
 *
 * @throws WireError for a malformed tree or path, a forbidden key, or more than the limits allow.
 */
export function readAnnotations(values: unknown, limits: AnnotationLimits): AnnotationNode {
  const root: AnnotationNode = { children: new Map() }
  let remaining = limits.nodes

  function readTree(tree: unknown, node: AnnotationNode, depth: number): void {
    if (!Array.isArray(tree)) {
      readPaths(tree, node, depth)
      return
    }
    const [type] = tree as unknown[]
    if (typeof type !== 'string' || tree.length > 1) throw malformed()
    if (node.type !== undefined) throw new WireError('One value is annotated twice')
    node.type = type
  }

  function readPaths(tree: unknown, node: AnnotationNode, depth: number): void {
    if (typeof tree !== 'object' || tree === null || Array.isArray(tree)) throw malformed()
    const subtrees = tree as Record<string, unknown>
    const paths = Object.keys(subtrees)
    if (paths.length > limits.nodes) throw tooMany()
    for (const path of paths) {
      const segments = parsePath(path, limits.depth - depth)
      readTree(subtrees[path], descend(node, segments), depth + segments.length)
    }
  }

  function descend(node: AnnotationNode, segments: string[]): AnnotationNode {
    let current = node
    for (const segment of segments) {
      let child = current.children.get(segment)
      if (child === undefined) {
        if (remaining-- === 0) throw tooMany()
        child = { children: new Map() }
        current.children.set(segment, child)
      }
      current = child
    }
    return current
  }

  function tooMany(): WireError {
    return new WireError(`More than ${limits.nodes} annotations`)
  }

  readTree(values, root, 0)
  return root
}

function malformed(): WireError {
  return new WireError('Malformed annotation')
}

function parsePath(path: string, maxSegments: number): string[] {
  const segments = path.includes('\\') ? splitEscapedPath(path) : path.split('.', maxSegments + 1)
  if (segments.length > maxSegments) throw new WireError('Annotation too deep to have a value')
  for (const segment of segments) {
    if (FORBIDDEN_KEYS.has(segment)) throw new WireError(`Forbidden key "${segment}"`)
  }
  return segments
}

/** Splits at dots, where a backslash escapes a dot or a backslash that belongs to a key. */
function splitEscapedPath(path: string): string[] {
  const segments: string[] = []
  let segment = ''
  for (let index = 0; index < path.length; index++) {
    let character = path.charAt(index)
    if (character === '.') {
      segments.push(segment)
      segment = ''
      continue
    }
    if (character === '\\') {
      character = path.charAt(++index)
      if (character !== '.' && character !== '\\') throw new WireError(`Malformed path ${describePath(path)}`)
    }
    segment += character
  }
  segments.push(segment)
  return segments
}
