import type { ChangeSubscription, ChangesStatus, RowChange } from '../changes/subscription.ts'

/** A subscriber that writes down what it is told. */
export interface Recorder extends ChangeSubscription {
  onChange(change: RowChange): void
  /** The version of each change. */
  readonly versions: number[]
  readonly changes: RowChange[]
  readonly begins: number[]
  readonly resets: number[]
  readonly ends: unknown[]
  readonly statuses: ChangesStatus[]
  readonly errors: unknown[]
}

export function recorder(since?: number): Recorder {
  const versions: number[] = []
  const changes: Recorder['changes'] = []
  const begins: number[] = []
  const resets: number[] = []
  const ends: unknown[] = []
  const statuses: ChangesStatus[] = []
  const errors: unknown[] = []
  return {
    since,
    versions,
    changes,
    begins,
    resets,
    ends,
    statuses,
    errors,
    onChange(change) {
      versions.push(change.version)
      changes.push(change)
    },
    onBegin: ({ version }) => begins.push(version),
    onReset: ({ version }) => resets.push(version),
    onEnd: (error) => ends.push(error),
    onStatus: (status) => statuses.push(status),
    onError: (error) => errors.push(error),
  }
}

/** The versions from one to the other, both included. */
export function range(from: number, to: number): number[] {
  return Array.from({ length: to - from + 1 }, (_, index) => from + index)
}
