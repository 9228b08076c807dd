import type { Tag, Task } from '@taskwire/contract'
import type { Row, RowKind } from '../row-kind.ts'
import type { RowWrite } from '../write.ts'

/** What a user wanted of a row that is unsent. */
export interface UnsentChange<Type extends 'task' | 'tag', AnyRow extends Row> {
  type: Type
  operation: 'insert' | 'update' | 'delete'
  id: string
  /** The row as the user saw it. */
  seen: AnyRow
  /** The row as the user wants it; where it is to be deleted, as it was seen. */
  mine: AnyRow
  /** The fields that the user changed, as they are wanted. */
  fields: Partial<AnyRow>
}

/** A change that somebody else's has come before. */
export interface TaskwireConflict<Type extends 'task' | 'tag', AnyRow extends Row> extends UnsentChange<Type, AnyRow> {
  operation: 'update' | 'delete'
  /** The row as it is now. */
  current: AnyRow
}

export type OfflineConflict = TaskwireConflict<'task', Task> | TaskwireConflict<'tag', Tag>

/**
 * What becomes of a change that somebody else's has come before: `mine` makes it on top of the row as it is now, `theirs`
 * drops it, and fields are what to change of the row as it is now instead.
 */
export type ConflictDecision = 'mine' | 'theirs' | Partial<Task> | Partial<Tag>

/** A change that the server does not take. */
export type OfflineRefusal = (UnsentChange<'task', Task> | UnsentChange<'tag', Tag>) & {
  /** Why: a `TaskwireError` as a rule. */
  error: unknown
}

export function describeWrite<AnyRow extends Row>(write: RowWrite<AnyRow>, kind: RowKind<AnyRow>) {
  const { type: operation, id, seen, wanted } = write
  return { type: kind.type, operation, id, seen, mine: wanted, fields: changedFields(write) }
}

/** The write to make on top of the row as it is now; null: none. */
export function decideWrite<AnyRow extends Row>(
  write: RowWrite<AnyRow>,
  current: AnyRow,
  decision: ConflictDecision,
): RowWrite<AnyRow> | null {
  if (decision === 'theirs') return null
  if (decision === 'mine') {
    return { ...write, seen: current, wanted: { ...current, ...changedFields(write) } }
  }
  const wanted: AnyRow = { ...current, ...decision }
  return { type: 'update', id: write.id, seen: current, wanted, changed: Object.keys(decision) }
}

function changedFields<AnyRow extends Row>({ changed, wanted }: RowWrite<AnyRow>): Partial<AnyRow> {
  return Object.fromEntries(changed.map((field) => [field, wanted[field as keyof AnyRow]])) as Partial<AnyRow>
}
