import { HEARTBEAT, SILENCE } from '@taskwire/contract'
import type { Backoff } from './backoff.ts'

/** How long the client waits, in milliseconds. Not part of the public API: it is for tests, which wait less. */
export interface Timing {
  /** Before a call is repeated. */
  repeat: Backoff
  /** Before changes are asked for again, after a failure: with its random part 10 s at most. */
  reconnect: Backoff
  /** The longest of these waits while nobody looks at the page: with its random part 30 s. */
  longestUnseen: number
  /** Before a stream is tried again that was refused or held back, while the client asks from time to time instead. */
  refusal: Backoff
  /** From one question for changes to the next, while there is no stream. */
  pollInterval: number
  /** After which a question for the version is given up. */
  pollTimeout: number
  /** After which the question for a page of changes is given up: a page has 1 MB. */
  pageTimeout: number
  /** How long a stream may take to show that it works before the client begins to ask. */
  patience: number
  /** How long a stream goes on after the server's first sign of life before it counts: one that is refused begins with it too. */
  proof: number
  /** A stream from which nothing has come for this long is opened anew when somebody looks at the page again. */
  doubt: number
  /** A stream from which nothing comes for this long is taken for dead: the server gives a sign of life more often, see `HEARTBEAT`. */
  streamSilence: number
}

export const defaultTiming: Timing = {
  repeat: { first: 300, growth: 4, longest: 10_000 },
  reconnect: { first: 300, growth: 2, longest: 6_600 },
  longestUnseen: 20_000,
  refusal: { first: 5_000, growth: 2, longest: 300_000 },
  pollInterval: 5_000,
  pollTimeout: 10_000,
  pageTimeout: 60_000,
  patience: 3_000,
  proof: 200,
  doubt: HEARTBEAT + 5_000,
  streamSilence: SILENCE,
}
