import { createHash } from 'node:crypto'
import type { ArchiveHeader } from './format.ts'

/** One line of an archive. */
interface Line {
  type: string
}

/**
 * Writes lines of JSON, each with its line feed, and ends with the trailer: the counts of all kinds, and the checksum of
 * all that was written before.
 */
export async function* sealLines(
  header: Omit<ArchiveHeader, 'type'>,
  records: AsyncIterable<Line>,
  counts: Record<string, number>,
): AsyncGenerator<string, void, undefined> {
  const hash = createHash('sha256')
  const seal = (value: object) => {
    const line = `${JSON.stringify(value)}\n`
    hash.update(line)
    return line
  }
  yield seal({ type: 'header', ...header })
  for await (const record of records) {
    counts[record.type] = (counts[record.type] ?? 0) + 1
    yield seal(record)
  }
  yield `${JSON.stringify({ type: 'trailer', counts, sha256: hash.digest('hex') })}\n`
}
