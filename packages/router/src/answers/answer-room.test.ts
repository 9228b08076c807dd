import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { type AnswerRoom, createAnswerRoom, type OutgoingAnswer } from './answer-room.ts'

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date'] })
})
afterEach(() => {
  vi.useRealTimers()
})

const MEGABYTE = 1_000_000
const BATCH = 10 * MEGABYTE

interface TestAnswer extends OutgoingAnswer {
  close(): void
}

function answerOf(mostBytes: number): TestAnswer {
  const controller = new AbortController()
  const close = () => controller.abort()
  return { mostBytes, closed: controller.signal, cut: vi.fn(close), close }
}

/** Answers of 4 MB, of a user each, one after the other, that nobody takes. */
async function leaveUntaken(room: AnswerRoom, { count, pause = 0 }: { count: number; pause?: number }) {
  const answers: TestAnswer[] = []
  for (let user = 0; user < count; user++) {
    const answer = answerOf(BATCH)
    answers.push(answer)
    ;(await room.reserve(`user ${user}`, answer)).settle(4 * MEGABYTE)
    await vi.advanceTimersByTimeAsync(pause)
  }
  return answers
}

/** What becomes of a request for which there is no room within 2 s, to the millisecond. */
async function refusalOf(request: Promise<unknown>): Promise<unknown> {
  const refusal = request.then(
    () => 'admitted',
    (error: unknown) => error,
  )
  await vi.advanceTimersByTimeAsync(1_999)
  expect(await Promise.race([refusal, 'waiting'])).toBe('waiting')
  await vi.advanceTimersByTimeAsync(1)
  return refusal
}

test('a user has one batch of long answers at a time, and is told to come back', async () => {
  const room = createAnswerRoom()
  const first = answerOf(BATCH)
  await room.reserve('ada', first)
  expect(await refusalOf(room.reserve('ada', answerOf(MEGABYTE)))).toMatchObject({
    reason: 'RATE_LIMITED',
    details: { retryAfter: 2 },
  })
  await room.reserve('eve', answerOf(BATCH))

  const second = room.reserve('ada', answerOf(MEGABYTE))
  first.close()
  await second
})

test('what a short answer does not need is free at once', async () => {
  const room = createAnswerRoom()
  const place = await room.reserve('ada', answerOf(BATCH))
  place.settle(5_000)
  await room.reserve('ada', answerOf(MEGABYTE))
})

test('the process has room for six batches; who comes then is told to come back', async () => {
  const room = createAnswerRoom()
  for (let user = 0; user < 6; user++) await room.reserve(`user ${user}`, answerOf(BATCH))
  expect(await refusalOf(room.reserve('ada', answerOf(MEGABYTE)))).toMatchObject({ reason: 'OVERLOADED' })
})

test('answers that nobody takes give way to who waits, the oldest first', async () => {
  const room = createAnswerRoom()
  const untaken = await leaveUntaken(room, { count: 6, pause: 5 })
  const admitted = room.reserve('ada', answerOf(MEGABYTE))
  await vi.advanceTimersByTimeAsync(1_100)
  await admitted
  expect(untaken.map(({ closed }) => closed.aborted)).toEqual([true, false, false, false, false, false])
})

test('of answers that nobody takes the large ones go before the small, however old', async () => {
  const room = createAnswerRoom()
  const slow = answerOf(MEGABYTE)
  ;(await room.reserve('slow reader', slow)).settle(100_000)
  await vi.advanceTimersByTimeAsync(100)
  const untaken = await leaveUntaken(room, { count: 5 })
  await vi.advanceTimersByTimeAsync(1_100)
  await room.reserve('ada', answerOf(BATCH))
  expect(slow.closed.aborted).toBe(false)
  expect(untaken.filter(({ closed }) => closed.aborted)).toHaveLength(1)
})

test('who asks for little goes before who asks for much, and who hangs up leaves the line', async () => {
  const room = createAnswerRoom()
  const holders = Array.from({ length: 6 }, () => answerOf(BATCH))
  for (const [user, answer] of holders.entries()) await room.reserve(`user ${user}`, answer)
  const order: string[] = []
  const gone = answerOf(MEGABYTE)
  const left = expect(room.reserve('gone', gone)).rejects.toMatchObject({ reason: 'OVERLOADED' })
  const much = room.reserve('eve', answerOf(BATCH)).then(() => order.push('much'))
  const little = room.reserve('ada', answerOf(MEGABYTE)).then(() => order.push('little'))
  gone.close()
  await left
  holders[0]?.close()
  await little
  holders[1]?.close()
  await much
  expect(order).toEqual(['little', 'much'])
})
