import { createHash } from 'node:crypto'
import { closeSync, constants, mkdirSync, openSync, realpathSync } from 'node:fs'
import { createServer, type Server } from 'node:net'
import { join } from 'node:path'

/** Thrown when another process has the embedded database open. */
export class FolderInUseError extends Error {
  override name = 'FolderInUseError'
  constructor(folder: string) {
    super(`The embedded database in ${folder} is in use by a running server: stop it, or set DATABASE_URL`)
  }
}

// Flags that Node passes through and has no names for: open(2) on macOS and the BSDs, libuv's own on Windows.
const EXCLUSIVE = process.platform === 'win32' ? 0x10000000 : 0x20 | 0x04

/**
 * Takes a lock on a folder that the kernel releases when the process ends, however it ends.
 *
 * Two processes on one PGlite folder silently corrupt it, so this must never be stale and never be shared. Linux: an
 * abstract unix socket, which has no file to leave behind. Elsewhere: a file opened with an exclusive lock (`O_EXLOCK`
 * on macOS and the BSDs, a share mode of none on Windows).
 *
 * @returns the function that releases it
 * @throws FolderInUseError when another process, or another caller in this one, holds it
 */
export async function lockFolder(folder: string): Promise<() => Promise<void>> {
  mkdirSync(folder, { recursive: true })
  const path = realpathSync(folder)
  return process.platform === 'linux' ? lockBySocket(path) : lockByFile(path)
}

async function lockBySocket(path: string): Promise<() => Promise<void>> {
  const name = `\0taskwire-${createHash('sha256').update(path).digest('hex').slice(0, 32)}`
  const server: Server = createServer((socket) => socket.destroy())
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) =>
      reject(error.code === 'EADDRINUSE' ? new FolderInUseError(path) : error),
    )
    server.listen(name, resolve)
  })
  server.unref()
  return () => new Promise((resolve) => server.close(() => resolve()))
}

async function lockByFile(path: string): Promise<() => Promise<void>> {
  try {
    const file = openSync(join(path, 'lock'), constants.O_RDWR | constants.O_CREAT | EXCLUSIVE)
    return async () => closeSync(file)
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code
    if (code === 'EAGAIN' || code === 'EWOULDBLOCK' || code === 'EBUSY' || code === 'EPERM')
      throw new FolderInUseError(path)
    throw error
  }
}
