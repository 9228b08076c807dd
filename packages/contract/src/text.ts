import { z } from 'zod'
import { type ErrorMap, fault, requiredOr } from './faults.ts'

/** Bounds of a text, in code points after trimming. */
interface TextBounds {
  /** What people call the field; begins its messages. */
  label: string
  min?: number
  max: number
  /** Whether line feeds and tabs are part of it. Default: one line without them. */
  lines?: keyof typeof CONTROLS
}

/** Something to be seen: neither a space nor one of the characters that only steer how others are shown. */
const VISIBLE = /[^\p{Z}\p{C}]/u

/** The control characters (category Cc of Unicode: C0, DEL and C1) that a text of one line, or of many, does not take. */
const CONTROLS = { one: /\p{Cc}/u, many: /[^\P{Cc}\t\n]/u }

/**
 * Text that PostgreSQL stores as it is: trimmed, bounded in code points, without NUL, lone surrogates and control
 * characters, each of which would be six bytes in an answer.
 */
export function text({ label, min = 0, max, lines = 'one' }: TextBounds) {
  const error = min === 0 ? fault('TOO_LONG', { label, max }) : fault('WRONG_LENGTH', { label, min, max })
  const schema = z
    .string({ error: requiredOr(label, fault('NOT_TEXT', { label })) })
    .trim()
    .min(min, { error, abort: true })
    .max(max, { error, abort: true })
    .refine(isStorable, { error: fault('UNSTORABLE_CHARACTERS', { label }), abort: true })
    .refine((value) => !CONTROLS[lines].test(value), { error: controlsIn(label, lines), abort: true })
    .refine((value) => min === 0 || VISIBLE.test(value), { error })
  // Nearly the same, in what JSON Schema has for it.
  return min === 0 ? schema : schema.meta({ pattern: '\\S' })
}

/** What is wrong with the control characters of a text. */
function controlsIn(label: string, lines: keyof typeof CONTROLS): ErrorMap {
  if (lines === 'one') return fault('NOT_ONE_LINE', { label })
  const returns = fault('CARRIAGE_RETURNS', { label })
  const others = fault('CONTROL_CHARACTERS', { label })
  return (issue) => (String(issue.input).includes('\r') ? returns(issue) : others(issue))
}

/** Whether PostgreSQL can store the text unchanged: no NUL, no half of a surrogate pair. */
export function isStorable(text: string): boolean {
  return text.isWellFormed() && !text.includes('\0')
}

/** The text's length in UTF-8 bytes, which is what bcrypt counts. */
export function utf8Length(text: string): number {
  let bytes = 0
  for (const character of text) {
    const codePoint = character.codePointAt(0) ?? 0
    if (codePoint < 0x80) bytes += 1
    else if (codePoint < 0x800) bytes += 2
    else if (codePoint < 0x10000) bytes += 3
    else bytes += 4
  }
  return bytes
}
