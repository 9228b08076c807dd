import { createHash, randomUUID } from 'node:crypto'
import { closeSync, constants, openSync, readdirSync, realpathSync, renameSync, rmSync } from 'node:fs'
import { connect, createServer, type Server } from 'node:net'
import { join } from 'node:path'
import { unusableFolder } from './folder-error.ts'
import { keepToOwner, makeOwnFolder } from './own-folder.ts'

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
 * Two processes on one PGlite folder silently corrupt it, so this must never be stale and never be shared. Linux: unix
 * sockets, see below. Elsewhere: a file opened with an exclusive lock (`O_EXLOCK` on macOS and the BSDs, a share mode of
 * none on Windows).
 *
 * @returns the function that releases it
 * @throws FolderInUseError when another process, or another caller in this one, holds it
 * @throws FolderError when the folder cannot be used
 */
export async function lockFolder(folder: string): Promise<() => Promise<void>> {
  try {
    makeOwnFolder(folder)
    const path = realpathSync(folder)
    return await (process.platform === 'linux' ? lockBySockets(path) : lockByFile(path))
  } catch (error) {
    throw error instanceof FolderInUseError ? error : unusableFolder(folder, error)
  }
}

/**
 * An abstract socket has no file to leave behind, but each network namespace has its own: a container and its host do
 * not see each other's. So a second socket in the folder, which is found by its inode from everywhere.
 */
async function lockBySockets(path: string): Promise<() => Promise<void>> {
  const name = `\0taskwire-${createHash('sha256').update(path).digest('hex').slice(0, 32)}`
  const unlock = await listen(name).catch((error: NodeJS.ErrnoException) => {
    throw error.code === 'EADDRINUSE' ? new FolderInUseError(path) : error
  })
  try {
    const withdraw = await announce(path)
    return async () => {
      await withdraw()
      await unlock()
    }
  } catch (error) {
    await unlock()
    throw error
  }
}

/**
 * Each process puts a socket of its own into the folder, and only then looks for others: of two that come at once at
 * least one sees the other. A name is never used again and a socket gets it only once it listens, so that one that
 * refuses belongs to a process that has died, and may be removed.
 */
async function announce(path: string): Promise<() => Promise<void>> {
  const name = `${randomUUID()}${SOCKET}`
  // A socket's path has 107 bytes at most; this one leads to the folder, however long its own is.
  const directory = openSync(path, constants.O_RDONLY | constants.O_DIRECTORY)
  const at = (file: string) => `/proc/self/fd/${directory}/${file}`
  const draft = at(`${name}.draft`)
  const close = await listen(draft).catch(ifUnsupported)
  const withdraw = async () => {
    rmSync(at(name), { force: true })
    await close?.()
    closeSync(directory)
  }
  try {
    if (close !== undefined) {
      keepToOwner(draft)
      renameSync(draft, at(name))
    }
    for (const other of readdirSync(path)) {
      if (!other.endsWith(SOCKET) || other === name) continue
      if (await answers(at(other))) throw new FolderInUseError(path)
      rmSync(at(other), { force: true })
    }
    return withdraw
  } catch (error) {
    await withdraw()
    throw error
  }
}

const SOCKET = '.lock.sock'

/** Some file systems that containers share with a host have no sockets: there the abstract one has to do. */
function ifUnsupported(error: NodeJS.ErrnoException): undefined {
  if (!['EOPNOTSUPP', 'ENOTSUP', 'EPERM', 'EINVAL', 'ENOSYS', 'ENOENT'].includes(error.code ?? '')) throw error
}

async function listen(path: string): Promise<() => Promise<void>> {
  const server: Server = createServer((socket) => socket.destroy())
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen({ path }, resolve)
  })
  server.unref()
  return () => new Promise((resolve) => server.close(() => resolve()))
}

/** Whether a process is behind the socket: so also where that cannot be found out. */
function answers(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(path, () => {
      socket.destroy()
      resolve(true)
    })
    socket.once('error', ({ code }: NodeJS.ErrnoException) => resolve(code !== 'ECONNREFUSED' && code !== 'ENOENT'))
  })
}

async function lockByFile(path: string): Promise<() => Promise<void>> {
  try {
    const file = openSync(join(path, 'lock'), constants.O_RDWR | constants.O_CREAT | EXCLUSIVE, 0o600)
    return async () => closeSync(file)
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code
    if (code === 'EAGAIN' || code === 'EWOULDBLOCK' || code === 'EBUSY' || code === 'EPERM')
      throw new FolderInUseError(path)
    throw error
  }
}
