import { exportAccountArchive, exportArchive, receiveArchive } from '@taskwire/domain'
import { connectInFolder } from '@taskwire/prisma'
import type { Terminal } from '../terminal.ts'
import { withServices } from '../with-services.ts'

/**
 * Runs the work with the lines of an archive: from the server that has the embedded database open, else from the database.
 *
 * @param email of one user, for their own data alone; null: everything
 */
export async function withArchive<T>(
  terminal: Terminal,
  email: string | null,
  work: (lines: AsyncIterable<string>) => Promise<T>,
): Promise<T> {
  const { url, dataDir } = terminal.readEnv().database
  const socket = url === undefined ? await connectInFolder(dataDir) : null
  if (socket !== null) {
    try {
      return await work(receiveArchive(socket, { email }))
    } finally {
      // Whoever refuses to write has not read anything, and would wait.
      socket.destroy()
    }
  }
  return withServices(terminal, ({ identity }, database) =>
    work(email === null ? exportArchive(database) : exportAccountArchive(database, identity, email)),
  )
}
