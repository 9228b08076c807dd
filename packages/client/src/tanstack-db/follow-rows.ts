import type { SyncConfig } from '@tanstack/db'
import type { Tag } from '@taskwire/contract'
import type { RowChange } from '../changes/subscription.ts'
import type { TaskwireTokenClient } from '../client.ts'
import { hearAnswers } from './answers.ts'
import type { Row, RowKind } from './row-kind.ts'
import { watchForLeaving } from './user.ts'

type SyncParams<AnyRow extends Row> = Parameters<SyncConfig<AnyRow, string>['sync']>[0]

/** A tag as it is since a version; null: it is deleted. */
interface ToldTag {
  tag: Tag | null
  version: number
}

/** The rows that are known, and up to which version of the feed. */
interface Known<AnyRow extends Row> {
  readonly rows: Map<string, AnyRow>
  /** Versions of rows that answers have told to be deleted, ahead of the feed. */
  readonly deleted: Map<string, number>
  /** What has become of the tags of which a change was told, until the tasks show it and the feed has told it. */
  readonly tags: Map<string, ToldTag>
  version: number
}

/**
 * Keeps a collection equal to the server's rows: all of them first, by pages, in one step; then each change as the feed
 * tells it. Of each row the latest version wins, wherever it comes from.
 *
 * @returns what ends that
 */
export function followRows<AnyRow extends Row>(
  { client, kind }: { client: TaskwireTokenClient; kind: RowKind<AnyRow> },
  { begin, write, commit, truncate, markReady, markError }: SyncParams<AnyRow>,
): () => void {
  /** What the collection shows. */
  let shown = nothingKnown<AnyRow>()
  /** What is being read in its place; null: it is shown already. */
  let loading: Known<AnyRow> | null = null
  let unsubscribe = () => {}

  /** Reads everything; until it is there, the collection shows what it did. */
  function load(): void {
    unsubscribe()
    loading = nothingKnown()
    unsubscribe = client.$changes.subscribe({
      since: 0,
      onBatch(changes, { version, caughtUp }) {
        take(changes)
        moveTo(version)
        if (caughtUp) showLoaded()
      },
      onReset: load,
      onEnd: markError,
    })
  }

  function moveTo(version: number): void {
    const known = loading ?? shown
    known.version = version
    for (const [id, deletedAt] of known.deleted) if (deletedAt <= version) known.deleted.delete(id)
    // While everything is read, a task that is still to come may need them.
    if (loading === null) forgetTold(shown)
  }

  function take(changes: readonly RowChange[]): void {
    if (loading !== null) {
      for (const change of changes) apply(kind, change, loading)
      return
    }
    const before = new Map<string, AnyRow | undefined>()
    const remember = (id: string) => before.has(id) || before.set(id, shown.rows.get(id))
    for (const change of changes) {
      remember(change.id)
      apply(kind, change, shown)
    }
    renewTags(kind, shown, remember)
    show([...before].map(([id, row]) => ({ id, before: row, after: shown.rows.get(id) })))
  }

  function showLoaded(): void {
    if (loading === null) return
    renewTags(kind, loading, () => {})
    forgetTold(loading)
    const before = shown.rows
    shown = loading
    loading = null
    const ids = new Set([...before.keys(), ...shown.rows.keys()])
    show([...ids].map((id) => ({ id, before: before.get(id), after: shown.rows.get(id) })))
    markReady()
  }

  function show(steps: { id: string; before: AnyRow | undefined; after: AnyRow | undefined }[]): void {
    const real = steps.filter(({ before, after }) => before !== after)
    if (real.length === 0) return
    begin()
    for (const { id, before, after } of real) {
      if (after === undefined) write({ type: 'delete', key: id })
      else write({ type: before === undefined ? 'insert' : 'update', value: after })
    }
    commit()
  }

  /** Nothing of a user who has left stays, not even while something is being sent. */
  function leave(): void {
    shown = nothingKnown()
    begin()
    truncate({ markReady: false })
    commit()
    load()
  }

  const stopWatching = watchForLeaving(client, leave)
  const stopHearing = hearAnswers(client, (change) => {
    // What the feed has told already, it may have told something newer of.
    if (change.version > (loading ?? shown).version) take([change])
  })
  load()
  return () => {
    stopWatching()
    stopHearing()
    unsubscribe()
  }
}

function nothingKnown<AnyRow extends Row>(): Known<AnyRow> {
  return { rows: new Map(), deleted: new Map(), tags: new Map(), version: 0 }
}

function apply<AnyRow extends Row>(kind: RowKind<AnyRow>, change: RowChange, known: Known<AnyRow>): void {
  if (change.type === 'tag') applyTag(change, known.tags)
  const row = kind.rowOf(change)
  if (row === undefined) return
  const { id, version } = change
  if (version <= Math.max(known.rows.get(id)?.version ?? 0, known.deleted.get(id) ?? 0)) return
  if (row === null) {
    known.rows.delete(id)
    known.deleted.set(id, version)
  } else {
    known.deleted.delete(id)
    known.rows.set(id, row)
  }
}

function applyTag({ id, tag, version }: RowChange & { type: 'tag' }, tags: Map<string, ToldTag>): void {
  // A feed that is behind an answer tells how the tag was before.
  if (version > (tags.get(id)?.version ?? 0)) tags.set(id, { tag, version })
}

/** Forgets the tags that the feed has told: it tells nothing older of them any more. */
function forgetTold<AnyRow extends Row>({ tags, version }: Known<AnyRow>): void {
  for (const [id, told] of tags) if (told.version <= version) tags.delete(id)
}

/** Shows on the rows what has become of tags: the feed does not tell the rows that carry them. */
function renewTags<AnyRow extends Row>(
  kind: RowKind<AnyRow>,
  { rows, tags }: Known<AnyRow>,
  onRow: (id: string) => void,
): void {
  if (tags.size === 0) return
  const tagsNow = new Map([...tags].map(([id, { tag }]) => [id, tag]))
  for (const [id, row] of rows) {
    const renewed = kind.withTags(row, tagsNow)
    if (renewed === row) continue
    onRow(id)
    rows.set(id, renewed)
  }
}
