import { untilAborted } from './abort.ts'
import { promiseLink } from './promise-link.ts'

/** Ends an aborted call at once, also while it waits for the other calls of its batch or for a refresh. */
export const abortLink = promiseLink((operation, send) => untilAborted(send(operation), operation.signal))
