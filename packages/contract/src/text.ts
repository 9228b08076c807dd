import { z } from 'zod'

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
  const message = `${label} must have ${min === 0 ? `at most ${max}` : `${min} to ${max}`} characters`
  return z
    .string({ error: requiredOr(label, `${label} must be text`) })
    .trim()
    .min(min, { error: message, abort: true })
    .max(max, { error: message, abort: true })
    .refine(isStorable, { error: `${label} contains characters that cannot be stored`, abort: true })
    .refine((value) => !CONTROLS[lines].test(value), {
      error: ({ input }) => `${label} contains ${controlsIn(String(input), lines)}`,
      abort: true,
    })
    .refine((value) => min === 0 || VISIBLE.test(value), message)
}

/** What is wrong with the control characters of a text, to follow "contains". */
function controlsIn(text: string, lines: keyof typeof CONTROLS): string {
  if (lines === 'one') return 'control characters: it is one line, without tabs'
  if (text.includes('\r')) return 'carriage returns: end its lines with \\n alone'
  return 'control characters: of these only tab and line feed are allowed'
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

/** A zod error map that tells a missing field from one of the wrong kind. */
export function requiredOr(label: string, message: string): (issue: { input?: unknown }) => string {
  return ({ input }) => (input === undefined ? `${label} is required` : message)
}
