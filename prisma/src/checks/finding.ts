/** `ok`; `WARN`: works, and badly; `FAIL`: cannot work, or answers wrongly. */
export type Grade = 'ok' | 'WARN' | 'FAIL'

/** What a check has found. */
export interface Finding {
  grade: Grade
  /** A plain sentence, without its full stop. */
  says: string
  /** What to do about it. */
  hint?: string
}

/** A finding, and which check it is of. */
export interface NamedFinding extends Finding {
  name: string
}

export function ok(says: string): Finding {
  return { grade: 'ok', says }
}

/** The finding with what to do about it, in a line. */
export function sentenceOf({ says, hint }: Finding): string {
  return hint === undefined ? says : `${says}: ${hint}`
}
