/** What can be said of a single call. */
export interface CallOptions {
  /** Ends the call early: it then rejects with the signal's reason. */
  signal?: AbortSignal
}
