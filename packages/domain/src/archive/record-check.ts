import { type ArchiveKindName, type ArchiveRow, archiveKindNames, archiveKinds, keyFieldsOf } from './records.ts'

/** A record as it is in its table. */
export interface OwnedRow {
  kind: ArchiveKindName
  row: ArchiveRow
  /** Whose it is; null for what is nobody's. */
  userId: string | null
}

/** The record before. */
interface Place {
  kind: ArchiveKindName
  key: string
}

/**
 * Checks one record after the other, by its fields and by what came before.
 *
 * @returns a function that answers undefined for a record that no export writes there
 */
export function createRecordCheck(): (record: Record<string, unknown>) => OwnedRow | undefined {
  let user: ArchiveRow | undefined
  let last: Place | undefined
  return ({ type: kind, ...fields }) => {
    if (!isKind(kind)) return undefined
    const { record, added } = archiveKinds[kind]
    const row = record.safeParse({ ...added?.(fields), ...fields }).data as ArchiveRow | undefined
    if (row === undefined) return undefined

    const place = { kind, key: keyOf(kind, row) }
    const { owned } = archiveKinds[kind]
    if (owned && user === undefined) return undefined
    if (!follows(place, last, user)) return undefined
    // A version is a count of the user's changes: one beyond them would never be told.
    if (owned && Number(row['version'] ?? 0) > Number(user?.['changeSeq'])) return undefined

    if (kind === 'user') user = row
    last = place
    return { kind, row, userId: owned ? String(user?.['id']) : null }
  }
}

/** Rising keys, so that nothing comes twice; those that are texts are in the order of the database's collation. */
function follows({ kind, key }: Place, last: Place | undefined, user: ArchiveRow | undefined): boolean {
  if (last === undefined) return true
  if (kind === 'user') return last.kind !== 'externalDeletion' && (user === undefined || key > String(user['id']))
  if (kind !== last.kind) return rankOf(kind) > rankOf(last.kind)
  return key > last.key || keyFieldsOf(kind).some(([, type]) => type === 'text')
}

function keyOf(kind: ArchiveKindName, row: ArchiveRow): string {
  return keyFieldsOf(kind)
    .map(([field]) => row[field])
    .join()
}

function isKind(name: unknown): name is ArchiveKindName {
  return typeof name === 'string' && Object.hasOwn(archiveKinds, name)
}

function rankOf(kind: ArchiveKindName): number {
  return archiveKindNames.indexOf(kind)
}
