import type { CollectionConfig, PendingMutation } from '@tanstack/db'
import type { Tag, Task } from '@taskwire/contract'
import type { TaskwireTokenClient } from '../client.ts'
import { showAnswers } from './answers.ts'
import { followRows } from './follow-rows.ts'
import type { Row, RowKind } from './row-kind.ts'
import { tagKind } from './tag-kind.ts'
import { taskKind } from './task-kind.ts'
import { userOf } from './user.ts'
import { type RowWrite, sendWrite, type Written } from './write.ts'

/** Whose rows a collection holds. */
export interface TaskwireCollectionOptions {
  /** A client with a session or with a token. */
  client: TaskwireTokenClient
  /** The collection's id; by default `taskwire-tasks` or `taskwire-tags`. */
  id?: string
}

/** What `createCollection` takes, for rows with a string as their key. */
export interface TaskwireCollectionConfig<AnyRow extends Row> extends CollectionConfig<AnyRow, string> {
  schema?: never
}

/**
 * A collection of all tasks of the user who is signed in, without those in the trash. It follows every change, wherever
 * it is made. Inserts, updates and deletes are sent at once, an update with nothing but the changed fields; when the
 * server refuses one it is rolled back, and `isPersisted.promise` rejects with the `TaskwireError`. Signing out empties
 * it. Nobody else's change is overwritten: that is `VERSION_CONFLICT`. Until a write is answered, TanStack DB holds back
 * what others do; changes by `taskwireOffline` do not hold back anything.
 *
 * @example
 * const tasks = createCollection(taskCollectionOptions({ client }))
 * tasks.insert(newTask({ title: 'Write the report' }))
 */
export function taskCollectionOptions(options: TaskwireCollectionOptions): TaskwireCollectionConfig<Task> {
  return collectionOptions(taskKind, { id: 'taskwire-tasks', ...options })
}

/**
 * A collection of all tags of the user who is signed in; otherwise as `taskCollectionOptions`.
 *
 * @example
 * const tags = createCollection(tagCollectionOptions({ client }))
 * tags.update(id, (tag) => { tag.name = 'Home' })
 */
export function tagCollectionOptions(options: TaskwireCollectionOptions): TaskwireCollectionConfig<Tag> {
  return collectionOptions(tagKind, { id: 'taskwire-tags', ...options })
}

function collectionOptions<AnyRow extends Row>(
  kind: RowKind<AnyRow>,
  { client, id }: Required<TaskwireCollectionOptions>,
): TaskwireCollectionConfig<AnyRow> {
  const send = async ({ transaction }: { transaction: { mutations: readonly PendingMutation<AnyRow>[] } }) => {
    await sendAll(transaction.mutations.map(toWrite<AnyRow>), { client, kind })
  }
  return {
    id,
    getKey(row) {
      if (typeof row.id !== 'string' || row.id === '') {
        throw new TypeError(
          `A ${kind.type} needs an id before it is inserted: give it newId(), or make it with ${kind.type === 'task' ? 'newTask' : 'newTag'}`,
        )
      }
      return row.id
    },
    sync: { rowUpdateMode: 'full', sync: (params) => followRows({ client, kind }, params) },
    onInsert: send,
    onUpdate: send,
    onDelete: send,
  }
}

export function toWrite<AnyRow extends Row>(mutation: PendingMutation<AnyRow>): RowWrite<AnyRow> {
  const { type, key, original, modified, changes } = mutation
  const seen = (type === 'insert' ? modified : original) as AnyRow
  return { type, id: String(key), seen, wanted: modified, changed: Object.keys(changes) }
}

/** Sends the writes of one transaction, and resolves once the collections show them. */
async function sendAll<AnyRow extends Row>(
  writes: readonly RowWrite<AnyRow>[],
  { client, kind }: { client: TaskwireTokenClient; kind: RowKind<AnyRow> },
): Promise<void> {
  const user = userOf(client)
  const hasLeft = () => user !== null && user !== userOf(client)
  const beforeSending = () => {
    if (hasLeft()) throw new Error(`This change of a ${kind.type} was not sent: the user has signed out`)
  }
  const results = await Promise.allSettled(writes.map((write) => sendWrite(write, { client, kind, beforeSending })))
  const written = results.flatMap((result): Written[] => (result.status === 'fulfilled' ? [result.value] : []))
  if (written.length > 0 && !hasLeft()) await showAnswers(client, written)
  for (const result of results) if (result.status === 'rejected') throw result.reason
}
