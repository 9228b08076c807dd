import { delay, untilAborted } from '../abort.ts'
import { backoff } from '../backoff.ts'
import { isTaskwireError, isUnauthenticated, waitAskedBy } from '../error.ts'
import type { Timing } from '../timing.ts'
import type { Account } from './account.ts'
import type { ChangeNews, ListChanges } from './reader.ts'
import type { OpenStream } from './stream.ts'

export interface FeedOptions {
  account: Account
  open: OpenStream
  list: ListChanges
  timing: Timing
  /** The last version of which this tab was told, whichever tab had the stream; undefined when it is not known. */
  position(): number | undefined
  tell(news: ChangeNews): void
  /** Ends everything when no further try can help. @returns whether it did */
  endsWith(error: unknown): boolean
}

/** Milliseconds. A stream that lasted longer than this counts as a success: waits begin short again. */
const LASTING = 1_000

/** Keeps a stream open, one connection after the other and each from where the last one ended, until the signal aborts. */
export async function runFeed(options: FeedOptions, signal: AbortSignal): Promise<void> {
  for (let failures = 0; !signal.aborted; ) {
    const beginning = performance.now()
    let failure: unknown = null
    try {
      await readStream(options, signal)
    } catch (error) {
      if (signal.aborted || options.endsWith(error)) return
      failure = error
    }
    failures = performance.now() - beginning > LASTING ? 1 : failures + 1
    // The token had expired and has been replaced: no need to wait.
    if (failures === 1 && isUnauthenticated(failure)) continue
    const wait = backoff(failures, options.timing.reconnect, waitAskedBy(failure))
    if (isRefusalOfStream(failure)) await poll(options, { milliseconds: wait, signal })
    else await delay(wait, signal)
  }
}

async function readStream(options: FeedOptions, signal: AbortSignal): Promise<void> {
  const { account, open, list, position, tell } = options
  const token = await untilAborted(account.token(), signal)
  // Without a version, a stream that is cut before its first change would begin at a later version the next time.
  let version = position() ?? (await list({}, { signal })).version
  signal.throwIfAborted()
  tell({ type: 'at', version })
  try {
    for await (const change of open({ since: version, token: token.text, signal })) {
      if (signal.aborted) return
      tell(change.type === 'reset' ? { type: 'lost' } : { type: 'told', from: version, change })
      version = change.version
    }
  } catch (error) {
    if (account.renewable && isUnauthenticated(error)) await untilAborted(token.replace(), signal)
    throw error
  }
}

/** Asks for the version from time to time instead of a stream, because there are too many streams. */
async function poll(
  { list, timing, tell, endsWith }: FeedOptions,
  { milliseconds, signal }: { milliseconds: number; signal: AbortSignal },
): Promise<void> {
  const end = performance.now() + milliseconds
  let wait = timing.pollInterval
  for (let failures = 0; ; ) {
    const left = end - performance.now()
    await delay(Math.min(wait, left), signal)
    if (signal.aborted || wait >= left) return
    try {
      const { version } = await list({}, { signal })
      if (signal.aborted) return
      tell({ type: 'at', version })
      failures = 0
      wait = timing.pollInterval
    } catch (error) {
      if (signal.aborted || endsWith(error)) return
      failures += 1
      wait = Math.max(timing.pollInterval, backoff(failures, timing.reconnect, waitAskedBy(error)))
    }
  }
}

/** The user or the address has too many streams, or a newer stream has taken this one's place. */
function isRefusalOfStream(error: unknown): boolean {
  return isTaskwireError(error) && error.data.reason === 'RATE_LIMITED'
}
