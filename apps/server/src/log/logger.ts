import { trace } from '@opentelemetry/api'
import { withoutValues } from '@taskwire/prisma'
import {
  type DestinationStream,
  type Logger,
  type LoggerOptions,
  pino,
  type SerializedError,
  stdSerializers,
} from 'pino'

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
  'taskwire-refresh-token',
]

/** JSON lines with the process that writes them, or readable ones for a terminal; on standard output unless told otherwise. */
export function createLogger(
  { level, terminal }: { level: string; terminal: boolean },
  destination?: DestinationStream,
): Logger {
  const options: LoggerOptions = {
    level,
    mixin: traceOfLine,
    redact: SECRETS.flatMap((name) => [`["${name}"]`, `*["${name}"]`, `*.*["${name}"]`]),
    serializers: { err: stdSerializers.wrapErrorSerializer(errorStory) },
    ...(terminal && {
      transport: {
        target: 'pino-pretty',
        options: { ignore: 'pid,hostname,req,res,responseTime', translateTime: 'SYS:HH:MM:ss' },
      },
    }),
  }
  return destination === undefined ? pino(options) : pino(options, destination)
}

/** The name is that of https://opentelemetry.io/docs/specs/otel/compatibility/logging_trace_context. */
function traceOfLine(): { trace_id?: string } {
  const span = trace.getActiveSpan()
  return span === undefined ? {} : { trace_id: span.spanContext().traceId }
}

/**
 * What is told of an error, its causes included. Not what else hangs on it, at whatever depth: a driver's statement with
 * its values, a command with its arguments (of `AUTH` the password), an input that was refused.
 */
export function errorStory({ type, message = 'Not an error', stack = '', code }: SerializedError): object {
  return { type, message: withoutArguments(message), stack: withoutArguments(stack), code }
}

/** Prisma quotes a call that it finds wrong, with all that it was given. */
const QUOTED_CALL = /( invocation[^\n]*:\n)\n\{\n[\s\S]*?\n\}\n/g

function withoutArguments(text: string): string {
  return withoutValues(text.replace(QUOTED_CALL, '$1'))
}
