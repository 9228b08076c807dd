import { PassThrough, Transform } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Between } from './tcp-proxy.ts'

/** Milliseconds between two pieces. */
const PAUSE = 50

/** A network on which answers come slowly for as long as somebody says so. */
export function slowNetwork(): { between(): Between; slowDown(bytesPerSecond: number): void; hurry(): void } {
  let rate = Number.POSITIVE_INFINITY

  async function trickle(chunk: Buffer, to: Transform): Promise<void> {
    for (let rest = chunk; rest.length > 0 && !to.destroyed; ) {
      const piece = Math.max(1, Math.min(rest.length, (rate * PAUSE) / 1_000))
      to.push(rest.subarray(0, piece))
      rest = rest.subarray(piece)
      if (Number.isFinite(rate)) await sleep(PAUSE)
    }
  }

  return {
    between: () => ({
      toServer: new PassThrough(),
      toClient: new Transform({
        transform(chunk: Buffer, _encoding, done) {
          trickle(chunk, this).then(() => done(), done)
        },
      }),
    }),
    slowDown(bytesPerSecond) {
      rate = bytesPerSecond
    },
    hurry() {
      rate = Number.POSITIVE_INFINITY
    },
  }
}
