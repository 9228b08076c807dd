import type { Logger } from 'pino'
import { createLogger } from '../log/logger.ts'

/** A line of the log, parsed. */
export type LogLine = Record<string, unknown> & { msg: string; level: number }

/** A logger as the server's own, whose lines can be read. */
export function recordedLog(level: string): { logger: Logger; log: LogLine[] } {
  const log: LogLine[] = []
  const logger = createLogger({ level, terminal: false }, { write: (line: string) => log.push(JSON.parse(line)) })
  return { logger, log }
}
