import { untilAborted } from '../abort.ts'
import { isTaskwireError, isUnauthenticated } from '../error.ts'
import type { Account } from './account.ts'
import { childOf } from './child.ts'
import { createPolls, type PollOptions, type Polls } from './polls.ts'
import type { OpenStream } from './stream.ts'
import type { WakeReason } from './waking.ts'

export interface FeedOptions extends PollOptions {
  account: Account
  open: OpenStream
  /** The last version of which this tab was told, whichever tab had the stream; undefined when it is not known. */
  position(): number | undefined
}

/** Milliseconds. A stream that lasted longer than this counts as a success: waits begin short again. */
const LASTING = 1_000

/**
 * Keeps a stream open, one connection after the other and each from where the last one ended, until the signal aborts.
 * While none works it asks for the version from time to time.
 */
export async function runFeed(options: FeedOptions, signal: AbortSignal): Promise<void> {
  const { timing, waking, connection, report } = options
  const polls = createPolls(options, signal)
  polls.begin(timing.patience)
  for (let failures = 0; !signal.aborted; ) {
    const beginning = performance.now()
    const { failure, works, isReopened } = await tryStream(options, polls, signal)
    if (signal.aborted || (failure !== null && options.endsWith(failure))) return
    // It has ended the polls if it worked, and the next one may be some time away.
    polls.begin(timing.patience)
    if (isReopened) continue
    if (failure !== null) report(failure)
    const lasted = performance.now() - beginning
    failures = works && lasted > LASTING ? 1 : failures + 1
    // The token had expired and has been replaced: no need to wait.
    if (failures === 1 && isUnauthenticated(failure)) continue
    const isRefusal = isRefusalOfStream(failure)
    connection.streamEnds(works || failure === null || isRefusal)
    if (isRefusal) polls.begin(0)
    const isHeldBack = !works && lasted > timing.patience
    await waking.pause({ error: failure, count: failures, isRefusal: isRefusal || isHeldBack }, signal)
  }
}

/** How a stream went. */
interface StreamEnd {
  /** Why it ended; null: the server has ended it. */
  failure: unknown
  /** Whether anything came that it can be trusted by. */
  works: boolean
  /** It was ended here, to open another one at once. */
  isReopened: boolean
}

/** Opens one stream and reads it to its end. */
async function tryStream(options: FeedOptions, polls: Polls, signal: AbortSignal): Promise<StreamEnd> {
  const { timing, waking, connection } = options
  const attempt = childOf(signal)
  let works = false
  let proof: ReturnType<typeof setTimeout> | undefined
  // By the wall clock: the other one may stand still while a machine sleeps.
  let lastSign = Date.now()

  function trust(): void {
    works = true
    connection.streamWorks()
    polls.end()
  }

  function onSign(): void {
    lastSign = Date.now()
    if (works || proof !== undefined) trust()
    // What the server refuses begins with a sign of life too.
    else proof = setTimeout(trust, timing.proof)
  }

  function isDoubtful(reason: WakeReason): boolean {
    if (reason === 'online') return true
    return works ? Date.now() - lastSign > timing.doubt : reason === 'answered'
  }

  const forget = waking.listen((reason) => {
    if (isDoubtful(reason)) attempt.abort()
  })
  try {
    await readStream(options, { onSign, signal: attempt.signal })
    return { failure: null, works, isReopened: false }
  } catch (failure) {
    return { failure, works, isReopened: attempt.signal.aborted }
  } finally {
    forget()
    clearTimeout(proof)
    attempt.abort()
  }
}

async function readStream(
  { account, open, list, position, tell }: FeedOptions,
  { onSign, signal }: { onSign(): void; signal: AbortSignal },
): Promise<void> {
  const token = await untilAborted(account.token(), signal)
  // Without a version, a stream that is cut before its first change would begin at a later version the next time.
  let version = position() ?? (await list({}, { signal })).version
  if (signal.aborted) return
  tell({ type: 'at', version })
  try {
    await open({
      since: version,
      token: token.text,
      signal,
      onSign,
      onChange(change) {
        tell(change.type === 'reset' ? { type: 'lost' } : { type: 'told', from: version, change })
        version = change.version
      },
    })
  } catch (error) {
    if (account.renewable && isUnauthenticated(error)) await untilAborted(token.replace(), signal)
    throw error
  }
}

/**
 * Something has answered that there is no stream: the user or the address has too many, a newer one has taken this one's
 * place, a proxy lets none through, or the engine has none.
 */
function isRefusalOfStream(error: unknown): boolean {
  if (!isTaskwireError(error)) return false
  if (error.path === 'change.stream' && error.reason === 'BAD_ANSWER') return true
  const { httpStatus = 0 } = error.data
  return httpStatus >= 400 && httpStatus < 500 && httpStatus !== 401
}
