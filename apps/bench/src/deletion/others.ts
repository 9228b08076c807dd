import { setTimeout as sleep } from 'node:timers/promises'
import { type Answer, registeredCalls, type TrpcCalls, trpcCalls } from '@taskwire/router/testing'

const USERS = 6
const TASKS = 40
/** Milliseconds between two calls of a user. */
const PAUSE = 30

/** Others who use the server meanwhile: they list, read, write and change tasks. */
export interface Others {
  /** Starts a new measurement. @returns what ends it, with the milliseconds of each call */
  measure(): () => number[]
  /** Takes the calls to another process; those that fail for it are not counted. */
  moveTo(url: string): void
  stop(): Promise<void>
}

export async function startOthers(url: string): Promise<Others> {
  let current = url
  let measured: number[] = []
  let stopped = false
  const users: User[] = []
  while (users.length < USERS) users.push(await newUser(url))

  async function timed(user: User, call: (calls: TrpcCalls) => Promise<Answer<unknown>>): Promise<void> {
    const into = measured
    const at = current
    const start = performance.now()
    try {
      const { error } = await call(trpcCalls({ url: at, token: user.token }))
      // Quick as it is, it serves nobody.
      if (error !== undefined) throw new Error(`Somebody else was refused: ${error.reason}`)
      into.push(performance.now() - start)
    } catch (error) {
      if (at === current) throw error
    }
    await sleep(PAUSE)
  }

  async function work(user: User): Promise<void> {
    while (!stopped) {
      await timed(user, (calls) => calls.query('task.list', { json: { limit: 20 } }))
      await timed(user, (calls) => calls.query('task.get', { json: { id: user.taskId } }))
      await timed(user, (calls) => calls.mutate('task.update', { json: { id: user.taskId, title: 'Changed' } }))
      await timed(user, (calls) => calls.mutate('task.create', { json: { title: 'One more' } }))
    }
  }

  const working = Promise.all(users.map(work))
  return {
    measure() {
      const calls: number[] = []
      measured = calls
      return () => {
        measured = []
        return calls
      }
    },
    moveTo(other) {
      current = other
    },
    async stop() {
      stopped = true
      await working
    },
  }
}

interface User {
  token: string
  taskId: string
}

async function newUser(url: string): Promise<User> {
  const calls = await registeredCalls({ url })
  let taskId = ''
  for (let count = 1; count <= TASKS; count += 1) {
    const { data, error } = await calls.mutate<{ id: string }>('task.create', { json: { title: `Task ${count}` } })
    if (error !== undefined) throw new Error(`A user cannot be prepared: ${error.reason}`)
    taskId = data.id
  }
  return { token: calls.token, taskId }
}
