import { FolderInUseError, isUnavailable, MigrationError } from '@taskwire/prisma'
import { EnvError } from './env.ts'
import { SchemaError } from './prepare-schema.ts'

/** Why the server does not start, in a plain line for each fault; the whole story only for a fault of ours. */
export function explainRefusal(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const expected = [EnvError, FolderInUseError, MigrationError, SchemaError]
  if (expected.some((kind) => error instanceof kind)) return error.message
  const { code, address, port } = error as NodeJS.ErrnoException & { address?: string; port?: number }
  if (code === 'EADDRINUSE') return `Port ${port} on ${address} is taken: stop what listens there, or set PORT`
  if (code === 'EACCES') return `Port ${port} on ${address} may not be used: set PORT to one above 1023`
  if (isUnavailable(error)) return `The database cannot be reached: check DATABASE_URL (${firstLine(error)})`
  return error.stack ?? error.message
}

function firstLine({ message }: Error): string {
  return message.trim().split('\n').at(-1) ?? message
}
