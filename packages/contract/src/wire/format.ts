/** How one value is encoded, such as superjson's `['Date']`. What is encoded holds no other values. */
export type Annotation = [type: string]

/** Annotations by their path from the value that they belong to. */
export interface AnnotationTree {
  [path: string]: Annotation | AnnotationTree
}

/** A value as JSON, with what JSON cannot say kept beside it: the format of superjson 2. */
export interface WireValue {
  /** The value in plain JSON. */
  json: unknown
  /** Absent when JSON says it all. */
  meta?: {
    /** What is not plain JSON, by path; for the value as a whole the annotation itself. */
    values?: Annotation | AnnotationTree
    /** The version of superjson's path syntax. */
    v?: number
  }
}

/** How deep arrays and objects may nest, in what is written as in what is read. */
export const MAX_DEPTH = 32

/** Keys that reach a prototype instead of a property. */
export const FORBIDDEN_KEYS: ReadonlySet<string> = new Set(['__proto__', 'constructor', 'prototype'])

const MAX_SHOWN_PATH_LENGTH = 80

/** A path to show in a message. */
export function describePath(path: string): string {
  if (path === '') return 'the value'
  return `"${path.slice(0, MAX_SHOWN_PATH_LENGTH).toWellFormed()}${path.length > MAX_SHOWN_PATH_LENGTH ? '…' : ''}"`
}
