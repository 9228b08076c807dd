import { ArchiveError } from './archive-error.ts'
import { MAX_LINE } from './format.ts'

/**
 * The lines of an archive, each with its line feed, but for one that is cut off. A line that is longer than any record is
 * not read to its end.
 *
 * @throws ArchiveError for what is not text
 */
export async function* readLines(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<string, void, undefined> {
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
  let rest = ''
  for await (const chunk of bytes) {
    const lines = (rest + decode(decoder, chunk)).split('\n')
    rest = lines.pop() ?? ''
    if (rest.length > MAX_LINE) throw notAnArchive()
    for (const line of lines) yield `${line}\n`
  }
  rest += decode(decoder)
  if (rest !== '') yield rest
}

function decode(decoder: InstanceType<typeof TextDecoder>, chunk?: Uint8Array): string {
  try {
    return decoder.decode(chunk, { stream: chunk !== undefined })
  } catch {
    throw notAnArchive()
  }
}

export function notAnArchive(): ArchiveError {
  return new ArchiveError('This is not an archive of Taskwire, or it was altered')
}
