import { tellCounts } from './tell-counts.ts'

/** Begins each line of an archive. */
const TYPE = /^\{"type":"(\w+)"/

/** Counts the records of an archive, by their types, while its lines pass; told once a second at most. */
export function countRecords(verb: string, progress: (line: string) => void) {
  const counts: Record<string, number> = {}
  const tell = tellCounts(progress, verb)
  async function* pass(lines: AsyncIterable<string>): AsyncGenerator<string, void, undefined> {
    for await (const line of lines) {
      const [, type = ''] = TYPE.exec(line) ?? []
      if (type === 'trailer') Object.assign(counts, JSON.parse(line).counts)
      else if (type !== 'header') counts[type] = (counts[type] ?? 0) + 1
      tell(counts)
      yield line
    }
  }
  return { counts, pass }
}
