import type { Tag, Task } from '@taskwire/contract'
import type { RowChange } from '../changes/subscription.ts'
import type { TaskwireTokenClient } from '../client.ts'

/** What a collection holds. */
export type Row = Task | Tag

export interface CallOptions {
  signal?: AbortSignal | undefined
}

/** What tasks and tags do each in their own way. */
export interface RowKind<AnyRow extends Row = Row> {
  readonly type: RowChange['type']
  create(client: TaskwireTokenClient, row: AnyRow, options: CallOptions): Promise<AnyRow>
  update(client: TaskwireTokenClient, change: RowUpdate<AnyRow>, options: CallOptions): Promise<AnyRow>
  delete(
    client: TaskwireTokenClient,
    row: { id: string; version: number },
    options: CallOptions,
  ): Promise<{ version: number }>
  /** The fields that a user writes. */
  readonly writable: readonly (keyof AnyRow & string)[]
  /** Whether the server would keep both values of a field as the same. */
  isSame(field: keyof AnyRow & string, one: AnyRow, other: AnyRow): boolean
  /** The rows on which a row is built: they have to be there first. */
  neededBy(row: AnyRow): readonly string[]
  /** As the feed tells the row. */
  toChange(row: AnyRow): RowChange
  /** The change's row, where the change is of this kind; null: it is deleted. */
  rowOf(change: RowChange): AnyRow | null | undefined
  /** The row with what has become of its tags; the same row where that is nothing. */
  withTags(row: AnyRow, tags: ReadonlyMap<string, Tag | null>): AnyRow
}

/** Some fields of a row, with the version that they are meant to change. */
export interface RowUpdate<AnyRow> {
  id: string
  version: number
  fields: Partial<AnyRow>
}
