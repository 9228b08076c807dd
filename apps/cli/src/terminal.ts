import type { Env } from '@taskwire/config'
import type { DatabaseConfig, OpenDatabase } from '@taskwire/prisma'

/** What a command has of the world: a test gives it another. */
export interface Terminal {
  /** @throws EnvError */
  readEnv(): Env
  /** Opens the database for a command, which closes it. */
  openDatabase(config: DatabaseConfig): Promise<OpenDatabase>
  /** A line of what was asked for: standard output. */
  result(line: string): void
  /** A line about what is going on: standard error. */
  progress(line: string): void
  /** A line of standard input that is not to be seen; at a terminal it is asked for. */
  readSecret(question: string): Promise<string>
  /** The answer to a question; null where nobody sits at a terminal. */
  ask(question: string): Promise<string | null>
}

/** A command that refuses to do what it was asked for; the message says why, in one plain sentence. */
export class CommandError extends Error {
  override name = 'CommandError'
}
