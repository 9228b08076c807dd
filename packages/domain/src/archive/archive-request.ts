import type { Socket } from 'node:net'
import { z } from 'zod'
import { ArchiveError } from './archive-error.ts'
import { readLines } from './read-lines.ts'

/** Milliseconds in which whoever connects has to ask for something. */
const PATIENCE = 3_000

const archiveRequest = z.strictObject({ email: z.string().nullable() })

/** What one process asks another for, which has the database open. */
export interface ArchiveRequest {
  /** Of one user: their own data alone. Null: everything. */
  email: string | null
}

export function askForArchive(socket: Socket, request: ArchiveRequest): void {
  socket.write(`${JSON.stringify(request)}\n`)
}

/** @throws ArchiveError for anything else; where nothing comes for seconds */
export async function readArchiveRequest(socket: Socket): Promise<ArchiveRequest> {
  const giveUp = setTimeout(() => socket.destroy(new ArchiveError('Nobody asks for an archive')), PATIENCE)
  try {
    // The socket stays open, for the answer.
    for await (const line of readLines(socket.iterator({ destroyOnReturn: false }))) return parse(line)
    throw new ArchiveError('Nobody asks for an archive')
  } finally {
    clearTimeout(giveUp)
  }
}

function parse(line: string): ArchiveRequest {
  try {
    return archiveRequest.parse(JSON.parse(line))
  } catch (cause) {
    throw new ArchiveError('What is asked for is no archive', { cause })
  }
}
