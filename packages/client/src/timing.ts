import { SILENCE } from '@taskwire/contract'
import type { Backoff } from './backoff.ts'

/** How long the client waits, in milliseconds. Not part of the public API: it is for tests, which wait less. */
export interface Timing {
  /** Before a call is repeated. */
  repeat: Backoff
  /** Before changes are asked for again, after a failure. */
  reconnect: Backoff
  /** From one question for changes to the next, while there is no stream. */
  pollInterval: number
  /** A stream from which nothing comes for this long is taken for dead: the server gives a sign of life more often, see `HEARTBEAT`. */
  streamSilence: number
}

export const defaultTiming: Timing = {
  repeat: { first: 300, growth: 4, longest: 10_000 },
  reconnect: { first: 300, growth: 2, longest: 30_000 },
  pollInterval: 5_000,
  streamSilence: SILENCE,
}
