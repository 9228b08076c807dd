import { createHash } from 'node:crypto'
import { z } from 'zod'
import { ArchiveError, cutShort } from './archive-error.ts'
import { type ArchiveHeader, header } from './format.ts'

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

const seal = z.object({ type: z.literal('trailer'), sha256: z.string() })

/**
 * Passes on lines that were written in this way, and the last one only where they are all there.
 *
 * @throws ArchiveError for what was cut off or altered, or is not of that scope
 */
export async function* passSealedLines(
  lines: AsyncIterable<string>,
  scope: ArchiveHeader['scope'],
): AsyncGenerator<string, void, undefined> {
  const hash = createHash('sha256')
  let number = 0
  let sealed = false
  for await (const line of lines) {
    number += 1
    if (!line.endsWith('\n')) throw cutShort()
    if (number === 1 && header.safeParse(JSON.parse(line)).data?.scope !== scope) {
      throw new ArchiveError('The server sends something else than was asked for: it is of another version')
    }
    if (line.startsWith('{"type":"trailer"')) {
      sealed = seal.safeParse(JSON.parse(line)).data?.sha256 === hash.copy().digest('hex')
      if (!sealed) throw new ArchiveError('The archive was altered on its way: its checksum is another')
    }
    hash.update(line)
    yield line
  }
  if (!sealed) throw cutShort()
}
