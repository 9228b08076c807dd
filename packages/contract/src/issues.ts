import type { z } from 'zod'
import { faultOf, sentenceOf, type ValidationIssueCode, type ValidationIssueParams } from './faults.ts'

interface IssueOf<Code extends ValidationIssueCode> {
  /**
   * Where the fault is: keys and indexes joined by dots (`title`, `tagIds.0`), the form in which React Hook Form and
   * Formik name a field. Empty when the fault is of the input as a whole.
   */
  path: string
  /** What is wrong, in a sentence to show beside the field. */
  message: string
  /** What is wrong, for programs: with `params` it says what the message says, in any language. */
  code: Code
  /** The numbers and names that the message speaks of. */
  params: ValidationIssueParams[Code]
}

/** One fault of an input, as `VALIDATION_FAILED` carries it: a union that `switch (issue.code)` narrows. */
export type ValidationIssue<Code extends ValidationIssueCode = ValidationIssueCode> = {
  [Each in Code]: IssueOf<Each>
}[Code]

/** An issue of a rule that no schema states. */
export function validationIssue<Code extends ValidationIssueCode>(
  path: string,
  code: Code,
  params: ValidationIssueParams[Code],
): ValidationIssue {
  return { path, message: sentenceOf(code, params), code, params } as ValidationIssue
}

const MAX_ISSUES = 50
const MAX_SEGMENT_LENGTH = 64

/**
 * Turns zod's error into what a client sees: one issue per field (the first), every unknown key by its name, 50 at most.
 * Of the input only key names come back, never values.
 */
export function toValidationIssues(error: z.core.$ZodError): ValidationIssue[] {
  const issues = new Map<string, ValidationIssue>()
  for (const issue of error.issues.flatMap(oneForEachField)) {
    if (!issues.has(issue.path)) issues.set(issue.path, issue)
    if (issues.size === MAX_ISSUES) break
  }
  return [...issues.values()]
}

function oneForEachField(issue: z.core.$ZodIssue): ValidationIssue[] {
  const { path, message } = issue
  if (issue.code !== 'unrecognized_keys') return [{ path: pathOf(path), message, ...faultOf(issue) }]
  return issue.keys.slice(0, MAX_ISSUES).map((key) => validationIssue(pathOf([...path, key]), 'UNKNOWN_FIELD', {}))
}

function pathOf(keys: PropertyKey[]): string {
  return keys.map(pathSegment).join('.')
}

function pathSegment(key: PropertyKey): string {
  const name = String(key)
  return (name.length > MAX_SEGMENT_LENGTH ? `${name.slice(0, MAX_SEGMENT_LENGTH)}…` : name).toWellFormed()
}
