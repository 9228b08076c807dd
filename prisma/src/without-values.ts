/**
 * PostgreSQL quotes what it cannot read (class 22): `invalid input syntax for type uuid: "…"`. What it quotes in other
 * messages is the name of a table, a column or a constraint. To the last quotation mark: the value may hold some, and lines.
 */
const UNREADABLE =
  /((?:invalid input (?:syntax|value)|malformed|out of range|invalid byte sequence|value(?= "))[^"\n]*)"[\s\S]*"/gi

/** A row, as the detail of a violated constraint has it. */
const ROW = /(Key \([^)]*\)=|Failing row contains )\([\s\S]*\)/g

/** What PostgreSQL says, without what a user wrote. */
export function withoutValues(message: string): string {
  return message.replace(UNREADABLE, '$1"…"').replace(ROW, '$1(…)')
}
