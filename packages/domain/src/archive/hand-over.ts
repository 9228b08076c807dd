import type { Socket } from 'node:net'
import { pipeline } from 'node:stream/promises'
import { setImmediate } from 'node:timers/promises'
import { DomainError } from '../domain-error.ts'
import { ArchiveError } from './archive-error.ts'
import { type ArchiveRequest, askForArchive } from './archive-request.ts'
import { inChunks } from './in-chunks.ts'
import { readLines } from './read-lines.ts'
import { passSealedLines } from './seal-lines.ts'

/** Milliseconds in which either side has to do something: what is told is kept in the database's memory for so long. */
const PATIENCE = 60_000

/** Begins the line that ends what is sent when the archive cannot be made; no record is of that type. */
const FAILURE = '{"type":"failure"'

/**
 * Sends an archive to a process of the same owner. A reader that takes nothing for a minute is left.
 *
 * @param patience milliseconds, in place of that minute
 * @throws what the archive fails with, which the reader is told; and where the reader goes away
 */
export async function sendArchive(lines: AsyncIterable<string>, socket: Socket, patience = PATIENCE): Promise<void> {
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
      const message = failureMessage(error)
      yield `${JSON.stringify({ type: 'failure', message })}\n`
    }
  }
  const watch = watchReader(socket, patience)
  // What is said on the other side is of no interest.
  socket.resume()
  try {
    await pipeline(told, socket)
  } finally {
    clearInterval(watch)
  }
  if (failures.length > 0) throw failures[0]
}

function watchReader(socket: Socket, patience: number): NodeJS.Timeout {
  let last = { bytes: -1, at: 0 }
  return setInterval(() => {
    const bytes = socket.bytesWritten - socket.writableLength
    const now = performance.now()
    if (bytes !== last.bytes || socket.writableLength === 0) last = { bytes, at: now }
    else if (now - last.at > patience) socket.destroy(new Error('Nobody reads the archive any more'))
  }, patience / 10).unref()
}

/**
 * Asks another process, which does `sendArchive`, for an archive. Its last line comes only where all of it has come as it was
 * sent. A process that says nothing for a minute is left.
 *
 * @param patience milliseconds, in place of that minute
 * @throws ArchiveError where it cannot be made, is cut off, or altered
 */
export async function* receiveArchive(
  socket: Socket,
  request: ArchiveRequest,
  patience = PATIENCE,
): AsyncGenerator<string, void, undefined> {
  socket.setTimeout(patience, () => socket.destroy(new Error(`it has said nothing for ${patience / 1_000} s`)))
  try {
    askForArchive(socket, request)
    yield* passSealedLines(withoutFailure(readLines(socket)), request.email === null ? 'everything' : 'account')
  } catch (error) {
    if (error instanceof ArchiveError || error instanceof DomainError) throw error
    throw new ArchiveError(`The server has gone away: ${error instanceof Error ? error.message : error}`, {
      cause: error,
    })
  } finally {
    socket.destroy()
  }
}

async function* withoutFailure(lines: AsyncIterable<string>): AsyncGenerator<string, void, undefined> {
  for await (const line of lines) {
    if (!line.startsWith(FAILURE)) {
      yield line
      continue
    }
    const { message } = JSON.parse(line)
    throw message === null ? new DomainError('NOT_FOUND') : new ArchiveError(message)
  }
}

/** What is said of a failure to whoever reads; null: there is no such account. */
function failureMessage(error: unknown): string | null {
  if (error instanceof ArchiveError) return error.message
  if (error instanceof DomainError && error.reason === 'NOT_FOUND') return null
  return 'The server could not make the archive: see its log'
}
