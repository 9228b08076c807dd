import type { Socket } from 'node:net'
import { exportArchive, sendArchive } from '@taskwire/domain'
import { listenInFolder, type OpenDatabase } from '@taskwire/prisma'
import type { Logger } from 'pino'

/**
 * Sends the embedded database as an archive to whoever connects in its folder, which is its owner's alone: `taskwire backup`
 * cannot open what this process has open.
 *
 * @returns what ends that, and the backups under way
 */
export async function serveBackups(dataDir: string, db: OpenDatabase, logger: Logger): Promise<() => Promise<void>> {
  const underWay = new Map<Socket, Promise<void>>()

  async function backup(socket: Socket): Promise<void> {
    const start = performance.now()
    try {
      await sendArchive(exportArchive(db), socket)
      logger.info(
        { bytes: socket.bytesWritten, milliseconds: Math.round(performance.now() - start) },
        'A backup was made',
      )
    } catch (error) {
      logger.warn({ err: error }, 'A backup could not be made')
    } finally {
      underWay.delete(socket)
    }
  }

  try {
    const close = await listenInFolder(dataDir, (socket) => underWay.set(socket, backup(socket)))
    return async () => {
      close()
      for (const socket of underWay.keys()) socket.destroy()
      await Promise.all(underWay.values())
    }
  } catch (error) {
    logger.warn({ err: error }, '`taskwire backup` will not work while this server runs')
    return async () => {}
  }
}
