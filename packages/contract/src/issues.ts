import type { z } from 'zod'

/** One fault of an input, as `VALIDATION_FAILED` carries it. */
export interface ValidationIssue {
  /**
   * Where the fault is: keys and indexes joined by dots (`title`, `tagIds.0`), the form in which React Hook Form and
   * Formik name a field. Empty when the fault is of the input as a whole.
   */
  path: string
  /** What is wrong, in a sentence to show beside the field. */
  message: string
}

const MAX_ISSUES = 50
const MAX_SEGMENT_LENGTH = 64

/**
 * Turns zod's error into what a client sees: one issue per field (the first), every unknown key by its name, 50 at most.
 * Of the input only key names come back, never values.
 */
export function toValidationIssues(error: z.core.$ZodError): ValidationIssue[] {
  const messageByPath = new Map<string, string>()
  for (const { path, message } of error.issues.flatMap(splitUnknownKeys)) {
    const field = path.map(pathSegment).join('.')
    if (!messageByPath.has(field)) messageByPath.set(field, message)
    if (messageByPath.size === MAX_ISSUES) break
  }
  return Array.from(messageByPath, ([path, message]) => ({ path, message }))
}

function splitUnknownKeys(issue: z.core.$ZodIssue): Pick<z.core.$ZodIssue, 'path' | 'message'>[] {
  if (issue.code !== 'unrecognized_keys') return [issue]
  return issue.keys.slice(0, MAX_ISSUES).map((key) => ({ path: [...issue.path, key], message: 'Unknown field' }))
}

function pathSegment(key: PropertyKey): string {
  const name = String(key)
  return (name.length > MAX_SEGMENT_LENGTH ? `${name.slice(0, MAX_SEGMENT_LENGTH)}…` : name).toWellFormed()
}
