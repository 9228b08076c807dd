/** Characters: a stream has work to do for each chunk, whatever is in it. */
const CHUNK = 64 * 1_024

/** Lines, many at a time. */
export async function* inChunks(lines: AsyncIterable<string>): AsyncGenerator<string, void, undefined> {
  let chunk = ''
  for await (const line of lines) {
    chunk += line
    if (chunk.length < CHUNK) continue
    yield chunk
    chunk = ''
  }
  yield chunk
}
