/** What `doctor` says of the server itself, which whoever runs the tests has set up: not all of them like a test's own. */
const OF_THE_SERVER = /^.{6}(collation|connections|autovacuum|old sessions|age) /

/** The lines of `doctor` that are not `ok`, but for those about the server that the tests were given. */
export function objectionsIn(lines: string[]): string[] {
  return lines.filter((line) => /^(FAIL|WARN)/.test(line) && !OF_THE_SERVER.test(line))
}
