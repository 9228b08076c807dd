import type { ChangeListInput, ChangeListResult } from '@taskwire/contract'
import { untilAborted } from '../abort.ts'
import { type LostReason, TaskwireError } from '../error.ts'
import type { Timing } from '../timing.ts'
import { childOf } from './child.ts'
import type { Waking } from './waking.ts'

export type ListChanges = (input: ChangeListInput, options: { signal: AbortSignal }) => Promise<ChangeListResult>

export interface QuestionOptions {
  timing: Timing
  waking: Waking
  /** Ends all questions. */
  signal: AbortSignal
}

/** What is asked of the server about changes. */
export interface Questions {
  /** Asks once for all who ask the same at the same moment. Gives up what is not answered in time. */
  list: ListChanges
  /** Whoever asks from now on shares nothing with who has asked before. */
  forget(): void
}

export function createQuestions(list: ListChanges, { timing, waking, signal: ending }: QuestionOptions): Questions {
  // Only of this moment: what was asked earlier may have been answered before the change that one asks for.
  const asked = new Map<string, Promise<ChangeListResult>>()

  async function ask(input: ChangeListInput): Promise<ChangeListResult> {
    const call = childOf(ending)
    const giveUp = (reason: LostReason, message: string) =>
      call.abort(new TaskwireError({ path: 'change.list', message, data: { reason } }))
    const limit = input.since === undefined ? timing.pollTimeout : timing.pageTimeout
    const timer = setTimeout(giveUp, limit, 'TIMED_OUT', `No answer within ${limit / 1_000} s`)
    // What was asked before the network came back may never be answered.
    const forget = waking.listen((reason) => {
      if (reason === 'online') giveUp('NETWORK', 'Asked before the network came back')
    })
    try {
      return await list(input, { signal: call.signal })
    } finally {
      clearTimeout(timer)
      forget()
      call.abort()
    }
  }

  return {
    async list(input, { signal }) {
      if (signal.aborted) throw signal.reason
      const key = JSON.stringify(input)
      let answer = asked.get(key)
      if (answer === undefined) {
        answer = ask(input)
        asked.set(key, answer)
        queueMicrotask(() => {
          if (asked.get(key) === answer) asked.delete(key)
        })
      }
      return untilAborted(answer, signal)
    },
    forget: () => asked.clear(),
  }
}
