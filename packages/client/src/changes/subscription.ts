import type { Change, ResetChange } from '@taskwire/contract'
import type { FeedStatus } from './connection.ts'

/**
 * How changes come at the moment.
 *
 * - `connecting`: a stream is being opened, and nothing is known yet.
 * - `live`: a stream is open, and has given a sign of life.
 * - `polling`: there is no stream, since something on the way holds it back or refuses it, or the engine reads none. The
 *   client asks for changes every five seconds instead, and tries a stream again from time to time.
 * - `offline`: nothing comes through, or the browser says that there is no network. The client keeps trying.
 * - `signedOut`: nobody is signed in, or the server has refused a fixed token.
 */
export type ChangesStatus = FeedStatus | 'signedOut'

/** A change of one task or tag, as it is now. */
export type RowChange = Exclude<Change, ResetChange>

/** How far a subscriber has been told. */
export interface BatchPlace {
  /** Everything up to this version has been told: what to go on from, as `since`, after a restart. */
  version: number
  /** Nothing more is known to have happened. False while more pages are being read. */
  caughtUp: boolean
}

/** Where to begin, and what to call. What the functions return is not waited for. */
export interface ChangeSubscription {
  /**
   * The last version that is known, such as that of the last change, or of `change.list`; absent: begin now. 0 tells a
   * whole snapshot: each task and each tag that there is, once, as it is now, and what has been deleted in the last 30
   * days as deleted.
   */
  since?: number | undefined
  /** Without `since`: called once with the version at which it begins. Whatever is read from then on misses nothing. */
  onBegin?(beginning: { version: number }): void
  /** Called with each change, once, in the order of their versions. */
  onChange?(change: RowChange): void
  /**
   * Called with the changes of each page that is read and of each event that arrives, after `onChange` has been called
   * with each of them; also without any when there turns out to be nothing more to catch up with.
   */
  onBatch?(changes: readonly RowChange[], at: BatchPlace): void
  /**
   * The changes since the last version are not known any more, or another user has signed in: read everything again.
   * Changes after `version` follow.
   */
  onReset(reset: { version: number }): void
  /** Called at once with how changes come at the moment, and then each time that it becomes another. */
  onStatus?(status: ChangesStatus): void
  /** Called with each failure after which it tries again, in the tab in which it happens. Nothing needs to be done. */
  onError?(error: unknown): void
  /** Called once when the server refuses a client's fixed token for good: nothing follows. */
  onEnd?(error: unknown): void
}
