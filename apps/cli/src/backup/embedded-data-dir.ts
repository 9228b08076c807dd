import { CommandError, type Terminal } from '../terminal.ts'

/**
 * The folder of the embedded database.
 *
 * @param instead what to do on a PostgreSQL server
 * @throws CommandError where the database is on a server
 */
export function embeddedDataDir(terminal: Terminal, instead: string): string {
  const { url, dataDir } = terminal.readEnv().database
  if (url !== undefined) throw new CommandError(`DATABASE_URL names a PostgreSQL server: ${instead}`)
  return dataDir
}
