import type { StatementOrigin } from './statement-observation.ts'

/** Between a statement and its comment. */
export const COMMENT_BEGIN = '\n/*'

/** What may stand in a comment: nothing of it can end one. */
const HARMLESS = /^[\w.:-]{1,100}$/

/**
 * Whose a statement is, as a comment of SQL in the form of sqlcommenter (https://google.github.io/sqlcommenter/spec/), so
 * that pg_stat_activity and the server's log tell it. Each request makes its statements' texts its own: that is for those
 * without a name, which nobody keeps prepared.
 */
export function statementComment(origin: StatementOrigin | undefined): string {
  if (origin === undefined) return ''
  const { procedure, requestId } = origin
  if (!HARMLESS.test(procedure) || !HARMLESS.test(requestId)) return ''
  return `${COMMENT_BEGIN}procedure='${encodeURIComponent(procedure)}',request_id='${encodeURIComponent(requestId)}'*/`
}
