import { ANSWER_BYTES, DomainError } from '@taskwire/domain'
import type { AnswerRoom, OutgoingAnswer, Place } from './answer-room.ts'
import { bytesInJson } from './bytes-in-json.ts'

/** A call that may have a long answer. */
interface LongCall {
  userId: string
  /** Bytes that its answer may have. */
  mostBytes: number
}

/** What the calls of one HTTP request may answer, all together. */
export interface AnswerBudget {
  /**
   * Runs a call once its answer has room. Calls wait for those before them: what those leave is the next one's.
   *
   * @throws DomainError PAYLOAD_TOO_LARGE when nothing is left; RATE_LIMITED or OVERLOADED when there is no room
   */
  spend<Result extends { ok: boolean }>(call: LongCall, run: () => Promise<Result>): Promise<Result>
  /** A call has come to its end, whether it has spent anything or was refused before. After the last, the rest is free. */
  end(mostBytes: number): void
}

/** @param answer null: it goes by no network, and its size is for the caller to mind */
export function createAnswerBudget(room: AnswerRoom, answer: OutgoingAnswer | null): AnswerBudget {
  if (answer === null) return { spend: (_call, run) => run(), end: () => {} }

  let reservation: Promise<Place> | undefined
  let place: Place | undefined
  let spent = 0
  let reserved = 0
  /** Of what the calls of the request may answer, the part of those that have come to their end. */
  let ended = 0
  const waiting: (() => void)[] = []

  async function reserve(bytes: number): Promise<void> {
    while (spent + reserved + bytes > ANSWER_BYTES) {
      if (reserved === 0) throw new DomainError('PAYLOAD_TOO_LARGE')
      await new Promise<void>((resolve) => waiting.push(resolve))
    }
    reserved += bytes
  }

  async function measure<Result extends { ok: boolean }>(bytes: number, run: () => Promise<Result>): Promise<Result> {
    await reserve(bytes)
    try {
      const result = await run()
      const length = 'data' in result ? bytesInJson(result.data) : 0
      if (spent + length > ANSWER_BYTES) throw new DomainError('PAYLOAD_TOO_LARGE')
      spent += length
      return result
    } finally {
      reserved -= bytes
      for (const wake of waiting.splice(0)) wake()
    }
  }

  return {
    async spend({ userId, mostBytes }, run) {
      reservation ??= room.reserve(userId, answer)
      place = await reservation
      return measure(mostBytes, run)
    },

    end(mostBytes) {
      ended += mostBytes
      if (ended === answer.mostBytes) place?.settle(spent)
    },
  }
}
