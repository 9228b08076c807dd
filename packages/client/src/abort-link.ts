import { untilAborted } from './abort.ts'
import { promiseLink } from './promise-link.ts'

/** Ends a call that is aborted at once, also while it waits for others of its batch or for a refresh that they share. */
export const abortLink = promiseLink((operation, send) => untilAborted(send(operation), operation.signal))
