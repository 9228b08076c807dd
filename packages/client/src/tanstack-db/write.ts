import type { RowChange } from '../changes/subscription.ts'
import type { TaskwireTokenClient } from '../client.ts'
import { isTaskwireError, type TaskwireError } from '../error.ts'
import { createLanes, type Lanes } from './lanes.ts'
import { createOwnVersions, type OwnVersions } from './own-versions.ts'
import type { CallOptions, Row, RowKind } from './row-kind.ts'

/** What somebody has done to a row: a mutation of TanStack DB, as far as it is sent. */
export interface RowWrite<AnyRow extends Row = Row> {
  type: 'insert' | 'update' | 'delete'
  id: string
  /** The row as it was seen, with the user's earlier writes. */
  seen: AnyRow
  /** The row as it is wanted. */
  wanted: AnyRow
  /** The names of the fields that were changed. */
  changed: readonly string[]
}

interface Writing {
  lanes: Lanes
  ownVersions: OwnVersions
}

const writings = new WeakMap<TaskwireTokenClient, Writing>()

function writingOf(client: TaskwireTokenClient): Writing {
  const writing = writings.get(client) ?? { lanes: createLanes(), ownVersions: createOwnVersions() }
  writings.set(client, writing)
  return writing
}

/** What became of a write. */
export interface Written {
  /** The feed has told it when it has told this version. */
  version: number
  /** The change as the feed will tell it. */
  change: RowChange
}

/** Where a write goes. */
export interface WriteOptions<AnyRow extends Row> extends CallOptions {
  client: TaskwireTokenClient
  kind: RowKind<AnyRow>
  /** Called when it is its turn; throws where it must not be sent any more. */
  beforeSending?(): void
}

/**
 * Sends one write, after those that concern the same row. What has been done already, as by an earlier try whose answer
 * was lost, is not an error.
 *
 * @throws TaskwireError VERSION_CONFLICT when somebody else has changed the row since it was seen
 */
export function sendWrite<AnyRow extends Row>(
  write: RowWrite<AnyRow>,
  options: WriteOptions<AnyRow>,
): Promise<Written> {
  const { client, kind } = options
  const { lanes, ownVersions } = writingOf(client)
  return lanes.run({ own: write.id, needs: kind.neededBy(write.wanted) }, async () => {
    options.beforeSending?.()
    const version = ownVersions.after(write.id, write.seen.version)
    const written = await sendVersion(write, version, options)
    ownVersions.note(write.id, { from: version, to: written.version })
    return written
  })
}

/** Sends the write for this version of the row. */
async function sendVersion<AnyRow extends Row>(
  write: RowWrite<AnyRow>,
  version: number,
  options: WriteOptions<AnyRow>,
): Promise<Written> {
  const { kind } = options
  try {
    return await call(write, version, options)
  } catch (error) {
    if (write.type === 'delete' && isNotFound(error)) return deleteAgain(write, version, options)
    const current = currentOf<AnyRow>(error)
    if (current === undefined) throw error
    if (isDone(write, current, kind)) return written(kind.toChange(current))
    if (isAsSeen(write, current, kind)) return call(write, current.version, options)
    throw error
  }
}

/**
 * The row is gone, as a rule by an earlier try whose answer was lost: which version that was, nobody says any more. The
 * feed's version will do, but for a row that somebody brings back in this moment; so the row has to be gone after it, too.
 */
async function deleteAgain<AnyRow extends Row>(
  write: RowWrite<AnyRow>,
  version: number,
  options: WriteOptions<AnyRow>,
): Promise<Written> {
  const { client, kind, signal } = options
  const { version: latest } = await client.change.list.query({}, { signal })
  try {
    return await call(write, version, options)
  } catch (error) {
    if (!isNotFound(error)) throw error
    return written(deletion(kind.type, { id: write.id, version: latest }))
  }
}

function isNotFound(error: unknown): boolean {
  return isTaskwireError(error) && error.data.reason === 'NOT_FOUND'
}

function written(change: RowChange): Written {
  return { version: change.version, change }
}

async function call<AnyRow extends Row>(
  write: RowWrite<AnyRow>,
  version: number,
  { client, kind, signal }: WriteOptions<AnyRow>,
): Promise<Written> {
  const { id } = write
  switch (write.type) {
    case 'insert':
      return written(kind.toChange(await kind.create(client, write.wanted, { signal })))
    case 'update':
      return written(
        kind.toChange(await kind.update(client, { id, version, fields: fieldsOf(write, kind) }, { signal })),
      )
    case 'delete':
      return written(deletion(kind.type, { id, ...(await kind.delete(client, { id, version }, { signal })) }))
  }
}

function deletion(type: RowChange['type'], { id, version }: { id: string; version: number }): RowChange {
  return type === 'task'
    ? { type, id, version, deleted: true, task: null }
    : { type, id, version, deleted: true, tag: null }
}

/** What is sent of a change: the fields that a user writes. */
function fieldsOf<AnyRow extends Row>(
  { wanted, changed }: RowWrite<AnyRow>,
  { type, writable }: RowKind<AnyRow>,
): Partial<AnyRow> {
  const fields = writable.filter((field) => changed.includes(field))
  if (fields.length === 0) {
    throw new TypeError(`Of a ${type} only ${writable.join(', ')} can be changed, not ${changed.join(', ')}`)
  }
  return Object.fromEntries(fields.map((field) => [field, wanted[field]])) as Partial<AnyRow>
}

/** The row as it is now, where the server refused a write because it has moved on. */
export function currentOf<AnyRow extends Row>(error: unknown): AnyRow | undefined {
  return isVersionConflict(error) ? (error.data.current as AnyRow | undefined) : undefined
}

function isVersionConflict(error: unknown): error is TaskwireError {
  return isTaskwireError(error) && error.data.reason === 'VERSION_CONFLICT'
}

/** Whether the row already is as the write wants it. */
function isDone<AnyRow extends Row>(
  { type, wanted, changed }: RowWrite<AnyRow>,
  current: AnyRow,
  kind: RowKind<AnyRow>,
) {
  return (
    type === 'update' && kind.writable.every((field) => !changed.includes(field) || kind.isSame(field, wanted, current))
  )
}

/** Whether the row has moved on without a difference to what was seen: by this user's earlier writes. */
function isAsSeen<AnyRow extends Row>({ seen }: RowWrite<AnyRow>, current: AnyRow, kind: RowKind<AnyRow>): boolean {
  return kind.writable.every((field) => kind.isSame(field, seen, current))
}
