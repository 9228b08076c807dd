import { createReadStream } from 'node:fs'
import { pipeline, Readable } from 'node:stream'
import { createGunzip } from 'node:zlib'
import { ArchiveError, readLines } from '@taskwire/domain'
import { cannot } from './write-file.ts'

const GZIP = Buffer.from([0x1f, 0x8b])

/**
 * The lines of an archive, whether it is compressed or not: its first bytes tell.
 *
 * @param path `-` is standard input
 * @throws CommandError where it cannot be read, ArchiveError where it is not what it seems to be
 */
export async function* readFile(path: string): AsyncGenerator<string, void, undefined> {
  const bytes = path === '-' ? process.stdin : createReadStream(path)
  try {
    yield* readLines(await decompressed(bytes))
  } catch (error) {
    throw explain(error, path)
  } finally {
    bytes.destroy()
  }
}

async function decompressed(bytes: Readable): Promise<AsyncIterable<Uint8Array>> {
  const chunks: AsyncIterator<Buffer> = bytes[Symbol.asyncIterator]()
  const beginning = await firstBytes(chunks)
  const all = Readable.from(beginWith(beginning, chunks), { objectMode: false })
  // What fails is told to whoever reads.
  return beginning.subarray(0, GZIP.length).equals(GZIP) ? pipeline(all, createGunzip(), () => {}) : all
}

async function firstBytes(chunks: AsyncIterator<Buffer>): Promise<Buffer> {
  let bytes = Buffer.alloc(0)
  while (bytes.length < GZIP.length) {
    const next = await chunks.next()
    if (next.done === true) break
    bytes = Buffer.concat([bytes, next.value])
  }
  return bytes
}

async function* beginWith(beginning: Buffer, chunks: AsyncIterator<Buffer>): AsyncGenerator<Buffer, void, undefined> {
  yield beginning
  for (let next = await chunks.next(); next.done !== true; next = await chunks.next()) yield next.value
}

function explain(error: unknown, path: string): unknown {
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  if (code === 'Z_BUF_ERROR') return new ArchiveError('The archive is cut short: its end is missing')
  if (code.startsWith('Z_')) return new ArchiveError('The archive was altered: it cannot be decompressed')
  return cannot('read', path, error)
}
