import { z } from 'zod'

/** Bounds of a text, in code points after trimming. */
interface TextBounds {
  /** What people call the field; begins its messages. */
  label: string
  min?: number
  max: number
}

/** Something to be seen: neither a space nor one of the characters that only steer how others are shown. */
const VISIBLE = /[^\p{Z}\p{C}]/u

/** Text that PostgreSQL stores as it is: trimmed, bounded in code points, without NUL and lone surrogates. */
export function text({ label, min = 0, max }: TextBounds) {
  const message = `${label} must have ${min === 0 ? `at most ${max}` : `${min} to ${max}`} characters`
  return z
    .string({ error: requiredOr(label, `${label} must be text`) })
    .trim()
    .min(min, message)
    .max(max, message)
    .refine(isStorable, `${label} contains characters that cannot be stored`)
    .refine((value) => min === 0 || VISIBLE.test(value), message)
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
