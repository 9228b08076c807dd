import type { Socket } from 'node:net'
import { exportAccountArchive, exportArchive, type Identity, readArchiveRequest, sendArchive } from '@taskwire/domain'
import { listenInFolder, type OpenDatabase } from '@taskwire/prisma'
import type { Logger } from 'pino'

export interface ArchiveSource {
  db: OpenDatabase
  identity: Pick<Identity, 'policy'>
  logger: Logger
}

/**
 * Sends the embedded database as an archive to whoever connects in its folder, which is its owner's alone: `taskwire backup`
 * and `taskwire export` cannot open what this process has open.
 *
 * @returns what ends that, and the archives under way
 */
export async function serveArchives(dataDir: string, source: ArchiveSource): Promise<() => Promise<void>> {
  const { db, identity, logger } = source
  const underWay = new Map<Socket, Promise<void>>()

  async function serve(socket: Socket): Promise<void> {
    const start = performance.now()
    try {
      const { email } = await readArchiveRequest(socket)
      await sendArchive(email === null ? exportArchive(db) : exportAccountArchive(db, identity, email), socket)
      logger.info(
        {
          scope: email === null ? 'everything' : 'account',
          bytes: socket.bytesWritten,
          milliseconds: Math.round(performance.now() - start),
        },
        'An archive was made',
      )
    } catch (error) {
      socket.destroy()
      logger.warn({ err: error }, 'An archive could not be made')
    } finally {
      underWay.delete(socket)
    }
  }

  try {
    const close = await listenInFolder(dataDir, (socket) => underWay.set(socket, serve(socket)))
    return async () => {
      close()
      for (const socket of underWay.keys()) socket.destroy()
      await Promise.all(underWay.values())
    }
  } catch (error) {
    logger.warn({ err: error }, '`taskwire backup` and `taskwire export` will not work while this server runs')
    return async () => {}
  }
}
