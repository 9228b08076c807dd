import { randomUUID } from 'node:crypto'
import { createWriteStream, existsSync, lstatSync, readlinkSync, statSync } from 'node:fs'
import { open, rename, rm } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createGzip } from 'node:zlib'
import { inChunks } from '@taskwire/domain'
import { CommandError } from '../terminal.ts'

/**
 * Writes lines into a file that only its owner may read, compressed where its name ends with `.gz`. The file has its name,
 * and takes the place of what had it, only once it is whole and on the disk.
 *
 * @param options.replace false: what is there already stays, and nothing is written
 * @throws CommandError where it cannot be written, or is there
 */
export async function writeFile(
  path: string,
  lines: AsyncIterable<string>,
  { replace = true }: { replace?: boolean } = {},
): Promise<void> {
  const target = findTarget(path, replace)
  const draft = `${target}.${randomUUID().slice(0, 8)}.part`
  try {
    const stream = createWriteStream(draft, { flags: 'wx', mode: 0o600, flush: true })
    const gzip = path.endsWith('.gz') ? [createGzip()] : []
    await pipeline([Readable.from(inChunks(lines)), ...gzip, stream])
    // It may have come meanwhile.
    if (!replace) refuseWhatIsThere(path)
    await rename(draft, target)
    await syncFolder(dirname(target))
  } catch (error) {
    await rm(draft, { force: true })
    throw cannot('written', path, error)
  }
}

/** Writes lines to standard output. @throws CommandError where nobody reads them to their end */
export async function writeOut(lines: AsyncIterable<string>): Promise<void> {
  try {
    await pipeline(Readable.from(inChunks(lines)), process.stdout, { end: false })
  } catch (error) {
    throw cannot('written', '-', error)
  }
}

/** Where the file comes to be. */
function findTarget(path: string, replace: boolean): string {
  try {
    refuseWhatIsNoFile(path)
    if (!replace) refuseWhatIsThere(path)
    return followLink(path)
  } catch (error) {
    throw cannot('written', path, error)
  }
}

function refuseWhatIsNoFile(path: string): void {
  const there = statSync(path, { throwIfNoEntry: false })
  if (there !== undefined && !there.isFile()) {
    throw new CommandError(`${path} is not a file: give another name, or - for standard output`)
  }
}

function refuseWhatIsThere(path: string): void {
  if (existsSync(path)) throw new CommandError(`${path} is there already: give another name, or --force to replace it`)
}

/** Where a link leads, also where nothing is there yet: it stays a link, and its file is written on the disk that it names. */
function followLink(path: string): string {
  const link = lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() === true
  return link ? followLink(resolve(dirname(path), readlinkSync(path))) : resolve(path)
}

/** Which files are in it; Windows does that by itself. */
async function syncFolder(path: string): Promise<void> {
  if (process.platform === 'win32') return
  const folder = await open(path)
  try {
    await folder.sync()
  } finally {
    await folder.close()
  }
}

/** What the file system refuses, in a sentence; any other failure as it is. */
export function cannot(done: 'read' | 'written', path: string, error: unknown): unknown {
  if (!(error instanceof Error) || !('syscall' in error)) return error
  return new CommandError(`${path === '-' ? 'The archive' : path} cannot be ${done} (${error.message})`)
}
