import { randomUUID } from 'node:crypto'
import { chmodSync, closeSync, constants, lstatSync, mkdirSync, openSync, renameSync, rmSync } from 'node:fs'
import { connect, createServer, type Socket } from 'node:net'
import { join } from 'node:path'

const NAME = 'owner.sock'

/** A socket's path has 107 bytes at most on Linux, 103 elsewhere. */
const MAX_PATH = 103

/**
 * Answers, in a folder that this process has locked, whoever may enter it: the command line of its owner.
 *
 * @returns what ends that; the connections that are open stay
 * @throws where sockets cannot be had: on Windows, on file systems without them, below a long path where it is not Linux
 */
export async function listenInFolder(folder: string, onConnection: (socket: Socket) => void): Promise<() => void> {
  if (process.platform === 'win32') throw new Error('there are no sockets in folders on Windows')
  const at = openFolder(folder)
  // Made in a folder that was this user's from its first moment: before the mode is set, another could connect.
  const draft = `${NAME}.${randomUUID()}`
  try {
    mkdirSync(at.path(draft), { mode: 0o700 })
    const server = createServer((socket) => {
      // A reader that goes away is told to whoever writes to it.
      socket.on('error', () => {})
      onConnection(socket)
    })
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject)
      server.listen({ path: at.path(join(draft, 's')) }, resolve)
    })
    server.unref()
    chmodSync(at.path(join(draft, 's')), 0o600)
    // In the place of one that a process has left which was killed: the folder is locked, so there is no other.
    renameSync(at.path(join(draft, 's')), at.path(NAME))
    return () => {
      rmSync(at.path(NAME), { force: true })
      server.close()
      at.close()
    }
  } catch (error) {
    at.close()
    throw error
  } finally {
    rmSync(join(folder, draft), { recursive: true, force: true })
  }
}

/** Connects to the process that has a folder's database open and listens there; null: there is none. */
export async function connectInFolder(folder: string): Promise<Socket | null> {
  if (process.platform === 'win32' || !isSocket(join(folder, NAME))) return null
  const at = openFolder(folder)
  try {
    return await new Promise((resolve, reject) => {
      const socket = connect(at.path(NAME), () => resolve(socket))
      socket.once('error', (error: NodeJS.ErrnoException) => {
        if (error.code === 'ECONNREFUSED' || error.code === 'ENOENT') resolve(null)
        else reject(error)
      })
    })
  } finally {
    at.close()
  }
}

function isSocket(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false })?.isSocket() === true
}

/** Paths in a folder, short however long its own is; on Linux it may also be moved. */
function openFolder(folder: string): { path(name: string): string; close(): void } {
  if (process.platform !== 'linux') {
    const path = (name: string) => join(folder, name)
    const longest = Buffer.byteLength(path(`${NAME}.${randomUUID()}/s`))
    if (longest > MAX_PATH) throw new Error(`the path of ${folder} is too long for a socket`)
    return { path, close: () => {} }
  }
  const directory = openSync(folder, constants.O_RDONLY | constants.O_DIRECTORY)
  return { path: (name) => `/proc/self/fd/${directory}/${name}`, close: () => closeSync(directory) }
}
