import type { Timing } from '../timing.ts'
import { childOf } from './child.ts'
import type { Connection } from './connection.ts'
import type { ChangeNews } from './news.ts'
import type { ListChanges } from './questions.ts'
import type { Waking } from './waking.ts'

export interface PollOptions {
  list: ListChanges
  timing: Timing
  waking: Waking
  connection: Connection
  tell(news: ChangeNews): void
  /** A failure after which it asks again. */
  report(error: unknown): void
  /** Ends everything when no further try can help. @returns whether it did */
  endsWith(error: unknown): boolean
}

/** Questions for the version, in place of a stream. */
export interface Polls {
  /** Asks from now on, or in so many milliseconds unless it is ended before. */
  begin(delay: number): void
  end(): void
}

export function createPolls(options: PollOptions, signal: AbortSignal): Polls {
  let timer: ReturnType<typeof setTimeout> | undefined
  let asking: AbortController | null = null

  function begin(delay: number): void {
    if (asking !== null || signal.aborted) return
    if (delay > 0) timer ??= setTimeout(begin, delay, 0)
    else {
      asking = childOf(signal)
      poll(options, asking.signal)
    }
  }

  function end(): void {
    clearTimeout(timer)
    timer = undefined
    asking?.abort()
    asking = null
  }

  signal.addEventListener('abort', end)
  return { begin, end }
}

async function poll(options: PollOptions, signal: AbortSignal): Promise<void> {
  const { list, timing, waking, connection, tell, report, endsWith } = options
  for (let failures = 0; !signal.aborted; ) {
    try {
      const { version } = await list({}, { signal })
      if (signal.aborted) return
      connection.pollSucceeds()
      tell({ type: 'at', version })
      // What has been lost in a network that failed need not be waited for any longer.
      if (failures > 0) waking.wake('answered')
      failures = 0
    } catch (error) {
      if (signal.aborted || endsWith(error)) return
      connection.pollFails()
      report(error)
      failures += 1
      await waking.pause({ error, count: failures }, signal)
      continue
    }
    await waking.rest(timing.pollInterval, signal)
  }
}
