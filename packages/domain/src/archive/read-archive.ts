import { createHash } from 'node:crypto'
import { migrationNames } from '@taskwire/prisma'
import { ArchiveError, cutShort } from './archive-error.ts'
import {
  ARCHIVE_FORMAT,
  type ArchiveCounts,
  type ArchiveHeader,
  type ArchiveSummary,
  anyHeader,
  header,
  MAX_LINE,
  noRecords,
  trailer,
} from './format.ts'
import { notAnArchive } from './read-lines.ts'
import { createRecordCheck, type OwnedRow } from './record-check.ts'
import { archiveKindNames } from './records.ts'

/** A record of an archive, checked. */
export interface CheckedRecord extends OwnedRow {
  /** How many of each kind were read so far. */
  counts: ArchiveCounts
}

/**
 * Reads an archive and checks all that can be checked without a database. Only once this has returned is it known to be
 * whole: cut short or altered, it ends with an error after the last record.
 *
 * @throws ArchiveError
 */
export async function* readArchive(
  lines: AsyncIterable<string>,
): AsyncGenerator<CheckedRecord, ArchiveSummary, undefined> {
  const hash = createHash('sha256')
  const counts = noRecords()
  const check = createRecordCheck()
  let head: ArchiveHeader | undefined
  let end: ReturnType<typeof trailer.parse> | undefined
  let number = 0
  for await (const line of lines) {
    number += 1
    if (end !== undefined) throw new ArchiveError('The archive goes on after its end: these are two in one file')
    if (!line.endsWith('\n')) throw cutShort()
    const value = parseLine(line, number)
    if (head === undefined) {
      head = readHeader(value)
    } else if (value['type'] === 'trailer') {
      end = trailer.safeParse(value).data
      if (end === undefined) throw altered(number)
      continue
    } else {
      const record = check(value)
      if (record === undefined) throw altered(number)
      counts[record.kind] += 1
      yield { ...record, counts }
    }
    hash.update(line)
  }
  if (head === undefined) throw new ArchiveError('The archive is empty')
  if (end === undefined) throw cutShort()
  if (end.sha256 !== hash.digest('hex')) throw new ArchiveError('The archive was altered: its checksum is another')
  for (const kind of archiveKindNames) {
    if (end.counts[kind] !== counts[kind])
      throw new ArchiveError(`The archive was altered: it has not all of kind ${kind}`)
  }
  return { createdAt: new Date(head.createdAt), migration: head.migration, counts }
}

/**
 * Reads an archive to its end, and nothing else.
 *
 * @param lines as `exportArchive` makes them, or `readLines`
 * @throws ArchiveError for one that is cut short, altered, of a newer program, or none
 */
export async function verifyArchive(lines: AsyncIterable<string>): Promise<ArchiveSummary> {
  const records = readArchive(lines)
  for (;;) {
    const next = await records.next()
    if (next.done === true) return next.value
  }
}

function parseLine(line: string, number: number): Record<string, unknown> {
  if (line.length > MAX_LINE) throw notAnArchive()
  try {
    const value: unknown = JSON.parse(line)
    if (typeof value === 'object' && value !== null) return value as Record<string, unknown>
  } catch {
    // Told below.
  }
  throw number === 1 ? notAnArchive() : altered(number)
}

function readHeader(value: unknown): ArchiveHeader {
  const any = anyHeader.safeParse(value).data
  if (any === undefined) throw notAnArchive()
  if (any.format > ARCHIVE_FORMAT) {
    throw new ArchiveError(
      `The archive is of format ${any.format}, and this program knows ${ARCHIVE_FORMAT}: use a newer one`,
    )
  }
  const head = header.safeParse(value).data
  if (head === undefined) throw altered(1)
  if (head.scope === 'account') {
    throw new ArchiveError("This is one user's own data, without what signing in takes: it cannot be imported")
  }
  if (!migrationNames().includes(head.migration)) {
    throw new ArchiveError(
      `The archive comes from a database with the migration ${JSON.stringify(head.migration.slice(0, 100))}, which this program does not know: use a newer one`,
    )
  }
  return head
}

function altered(number: number): ArchiveError {
  return new ArchiveError(`The archive was altered: its line ${number} is not what an export writes there`)
}
