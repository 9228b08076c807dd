import { setTimeout as sleep } from 'node:timers/promises'
import { createTaskwireClient, newId } from '@taskwire/client'
import { register, type Way } from './mixed-calls.ts'

/** What those were told who listened. */
export interface FeedOutcome {
  listeners: number
  /** Changes that were made, and that each listener has to be told once and in order. */
  changes: number
  /** What some listener was told instead, where it was not that. */
  faults: string[]
}

export interface FollowedFeeds {
  end(): Promise<FeedOutcome>
}

const USERS = 3
const LISTENERS_OF_EACH = 3
/** Milliseconds between two changes of a user. */
const PAUSE = 50
/** Milliseconds for the last changes to arrive. */
const PATIENCE = 10_000

/** Users who make one task after the other, and several devices of each that listen. */
export async function followFeeds(way: Way): Promise<FollowedFeeds> {
  const users: FollowedFeeds[] = []
  // One after the other: making an account is dear.
  while (users.length < USERS) users.push(await followUser(way))
  return {
    async end() {
      const outcomes = await Promise.all(users.map(({ end }) => end()))
      return {
        listeners: USERS * LISTENERS_OF_EACH,
        changes: outcomes.reduce((sum, { changes }) => sum + changes, 0),
        faults: outcomes.flatMap(({ faults }) => faults),
      }
    },
  }
}

async function followUser(way: Way): Promise<FollowedFeeds> {
  const { token } = await register(way)
  const faults: string[] = []
  const listeners = Array.from({ length: LISTENERS_OF_EACH }, (_, index) => {
    const client = createTaskwireClient({ ...way, token })
    let told = 0
    const stop = client.$changes.subscribe({
      since: 0,
      // All that this user does is making tasks: no version is passed over.
      onChange({ version }) {
        if (version !== told + 1) faults.push(`Listener ${index} is told ${version} after ${told}`)
        told = version
      },
      onReset: ({ version }) => faults.push(`Listener ${index} is to begin anew at ${version}`),
      onEnd: (error) => faults.push(`Listener ${index} is refused: ${error}`),
    })
    return { stop, told: () => told }
  })

  const writer = createTaskwireClient({ ...way, token })
  let changes = 0
  let going = true
  const writing = (async () => {
    while (going) {
      // Repeated by the client where it gets no answer: with an id that is safe.
      const { version } = await writer.task.create.mutate({ id: newId(), title: 'Told' })
      changes = Math.max(changes, version)
      await sleep(PAUSE)
    }
  })()
  writing.catch((error: unknown) => faults.push(`Writing failed: ${error}`))

  return {
    async end() {
      going = false
      await writing.catch(() => {})
      const giveUp = performance.now() + PATIENCE
      while (listeners.some(({ told }) => told() < changes) && performance.now() < giveUp) await sleep(50)
      for (const [index, { stop, told }] of listeners.entries()) {
        stop()
        if (told() !== changes) faults.push(`Listener ${index} was told up to ${told()} of ${changes}`)
      }
      return { listeners: LISTENERS_OF_EACH, changes, faults }
    },
  }
}
