import { setTimeout as sleep } from 'node:timers/promises'
import { summary } from '../summary.ts'

/** What came of calls that were sent at a steady pace. */
export interface PacedLoad {
  answers: number
  failures: number
  /** Calls that were not sent, since too many were still waiting for their answers. */
  skipped: number
  /** Median and tail of the latency. */
  latency: string
}

const TICK = 10
const MOST_WAITING = 200

/**
 * Sends calls at a steady pace, however long their answers take.
 *
 * @param rate calls a second
 * @param duration milliseconds
 */
export async function pacedLoad(
  call: () => Promise<unknown>,
  { rate, duration }: { rate: number; duration: number },
): Promise<PacedLoad> {
  const began = performance.now()
  const latencies: number[] = []
  let [due, failures, skipped] = [0, 0, 0]
  const waiting = new Set<Promise<void>>()

  function send(): void {
    const sentAt = performance.now()
    const answered = call().then(
      () => void latencies.push(performance.now() - sentAt),
      () => {
        failures += 1
      },
    )
    waiting.add(answered)
    void answered.then(() => waiting.delete(answered))
  }

  while (performance.now() < began + duration) {
    const target = ((performance.now() - began) * rate) / 1_000
    for (; due < target; due += 1) {
      if (waiting.size < MOST_WAITING) send()
      else skipped += 1
    }
    await sleep(TICK)
  }
  await Promise.all(waiting)
  return { answers: latencies.length, failures, skipped, latency: summary(latencies) }
}

/** Sends calls as fast as they are answered. @returns answers a second */
export async function saturate(
  call: () => Promise<unknown>,
  { connections, duration }: { connections: number; duration: number },
): Promise<number> {
  const began = performance.now()
  let answers = 0
  const repeat = async () => {
    while (performance.now() < began + duration) {
      // Some are refused here: a server that is asked for more than it can do says so.
      await call().then(
        () => {
          answers += 1
        },
        () => {},
      )
    }
  }
  await Promise.all(Array.from({ length: connections }, repeat))
  return (answers * 1_000) / (performance.now() - began)
}
