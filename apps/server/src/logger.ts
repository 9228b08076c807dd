import { type DestinationStream, type Logger, type LoggerOptions, pino } from 'pino'

/** Never in a log line, wherever it may come from. */
const SECRETS = [
  'password',
  'currentPassword',
  'newPassword',
  'passwordHash',
  'accessToken',
  'refreshToken',
  'token',
  'authorization',
  'cookie',
]

/** JSON lines, or readable ones for a terminal; on standard output unless told otherwise. */
export function createLogger(
  { level, terminal }: { level: string; terminal: boolean },
  destination?: DestinationStream,
): Logger {
  const options: LoggerOptions = {
    level,
    base: undefined,
    redact: SECRETS.flatMap((name) => [name, `*.${name}`, `*.*.${name}`]),
    ...(terminal && {
      transport: { target: 'pino-pretty', options: { ignore: 'req,res,responseTime', translateTime: 'SYS:HH:MM:ss' } },
    }),
  }
  return destination === undefined ? pino(options) : pino(options, destination)
}
