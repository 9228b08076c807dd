import type { Socket } from 'node:net'
import { pipeline } from 'node:stream/promises'
import { setImmediate } from 'node:timers/promises'
import { ArchiveError } from './archive-error.ts'
import { inChunks } from './in-chunks.ts'
import { readArchive } from './read-archive.ts'
import { readLines } from './read-lines.ts'

/** Milliseconds in which a reader has to take something: until the user who is being read is through, nobody else can write. */
const PATIENCE = 3_000

/** Begins the line that ends what is sent when the archive cannot be made; no record is of that type. */
const FAILURE = '{"type":"failure"'

/**
 * Sends an archive to a process of the same owner. A reader that takes nothing for seconds is left: writers wait for it.
 *
 * @throws what the archive fails with, which the reader is told; and where the reader goes away
 */
export async function sendArchive(lines: AsyncIterable<string>, socket: Socket): Promise<void> {
  const failures: unknown[] = []
  async function* told(): AsyncGenerator<string, void, undefined> {
    try {
      for await (const chunk of inChunks(lines)) {
        yield chunk
        // What is read from the embedded database is there at once: without this nobody else would have a turn.
        await setImmediate()
      }
    } catch (error) {
      failures.push(error)
      const message =
        error instanceof ArchiveError ? error.message : 'The server could not make the archive: see its log'
      yield `${JSON.stringify({ type: 'failure', message })}\n`
    }
  }
  const watch = watchReader(socket)
  // What is said on the other side is of no interest.
  socket.resume()
  try {
    await pipeline(told, socket)
  } finally {
    clearInterval(watch)
  }
  if (failures.length > 0) throw failures[0]
}

function watchReader(socket: Socket): NodeJS.Timeout {
  let last = { bytes: -1, at: 0 }
  return setInterval(() => {
    const bytes = socket.bytesWritten - socket.writableLength
    const now = performance.now()
    if (bytes !== last.bytes || socket.writableLength === 0) last = { bytes, at: now }
    else if (now - last.at > PATIENCE) socket.destroy(new Error('Nobody reads the archive any more'))
  }, PATIENCE / 10).unref()
}

/**
 * Receives the lines that another process sends by `sendArchive`.
 *
 * @throws ArchiveError where they cannot be made, are cut off, or are no archive
 */
export async function* receiveArchive(socket: Socket): AsyncGenerator<string, void, undefined> {
  try {
    for await (const line of readLines(socket)) {
      if (line.startsWith(FAILURE)) throw new ArchiveError(JSON.parse(line).message)
      yield line
    }
  } catch (error) {
    if (error instanceof ArchiveError) throw error
    throw new ArchiveError(`The server has gone away: ${error instanceof Error ? error.message : error}`, {
      cause: error,
    })
  } finally {
    socket.destroy()
  }
}

/**
 * Passes on the lines of an archive, and its last one only where it is whole.
 *
 * @throws ArchiveError
 */
export async function* passWholeArchive(lines: AsyncIterable<string>): AsyncGenerator<string, void, undefined> {
  const read: string[] = []
  async function* noted(): AsyncGenerator<string, void, undefined> {
    for await (const line of lines) {
      read.push(line)
      yield line
    }
  }
  const records = readArchive(noted())
  for (let done = false; !done; ) {
    done = (await records.next()).done === true
    yield* read.splice(0)
  }
}
