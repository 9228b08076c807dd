import { setTimeout as sleep } from 'node:timers/promises'
import { openChangeStream, registeredCalls, type StreamEnd } from '@taskwire/router/testing'

interface Written {
  /** When the write was acknowledged: milliseconds since writing began. */
  at: number
  /** Milliseconds from then until a stream told it; infinite until it does. */
  late: number
}

/** One user's writes at one server, and a stream of them at another. */
export interface FollowedWrites {
  /** Milliseconds since writing began. */
  now(): number
  readonly writes: readonly Written[]
  readonly ended: Promise<StreamEnd>
  /** Stops writing, and waits for what is still on its way. */
  stop(): Promise<void>
}

const WRITE_INTERVAL = 50
/** Milliseconds after which whoever waits for a change gives up. */
const PATIENCE = 15_000

export async function followWrites({
  writeTo,
  readFrom,
}: {
  writeTo: string
  readFrom: string
}): Promise<FollowedWrites> {
  const { mutate, token } = await registeredCalls({ url: writeTo })
  const start = performance.now()
  const now = () => performance.now() - start
  const arrivals = new Map<string, number>()
  const writes = new Map<string, Written>()
  const stream = openChangeStream({
    url: readFrom,
    token,
    since: 0,
    onChange(change) {
      if (change.type !== 'reset') arrivals.set(change.id, now())
    },
  })
  await stream.connected

  let writing = true
  const written = (async () => {
    while (writing) {
      const { data } = await mutate<{ id: string }>('task.create', { json: { title: 'Write' } })
      writes.set(data.id, { at: now(), late: Number.POSITIVE_INFINITY })
      await sleep(WRITE_INTERVAL)
    }
  })()

  const settle = () => {
    for (const [id, write] of writes)
      write.late = Math.max(0, (arrivals.get(id) ?? Number.POSITIVE_INFINITY) - write.at)
    return [...writes.values()]
  }
  return {
    now,
    get writes() {
      return settle()
    },
    ended: stream.ended,
    async stop() {
      writing = false
      await written
      const giveUp = now() + PATIENCE
      while (now() < giveUp && settle().some(({ late }) => !Number.isFinite(late))) await sleep(20)
      stream.cut()
    },
  }
}
