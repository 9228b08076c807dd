import { type Logger, pino } from 'pino'

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

/** JSON lines on standard output; readable ones when that is a terminal. */
export function createLogger({ level, terminal }: { level: string; terminal: boolean }): Logger {
  return pino({
    level,
    base: undefined,
    redact: SECRETS.flatMap((name) => [name, `*.${name}`, `*.*.${name}`]),
    ...(terminal && {
      transport: { target: 'pino-pretty', options: { ignore: 'req,res,responseTime', translateTime: 'SYS:HH:MM:ss' } },
    }),
  })
}
