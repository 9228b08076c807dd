import { setTimeout as sleep } from 'node:timers/promises'
import type { TrpcCalls } from '@taskwire/router/testing'

const CONNECTIONS = 4
const BATCH = 10

/** How a user fared who only wanted to work. */
export interface Others {
  calls: number
  /** What was answered to calls that failed. */
  failures: string[]
  /** Milliseconds. */
  p99: number
  slowest: number
  /** How often `/health` said anything but 200. */
  unhealthy: number
}

/** Lets a user read and write, ten calls a second at most, and asks for the server's health. */
export async function watchOthers({
  server,
  calls,
  milliseconds,
}: {
  server: { url: string }
  calls: TrpcCalls
  milliseconds: number
}): Promise<Others> {
  const end = performance.now() + milliseconds
  const failures: string[] = []
  const times: number[] = []
  let unhealthy = 0

  async function work(): Promise<void> {
    while (performance.now() < end) {
      const start = performance.now()
      const { status, error } =
        times.length % 2 === 0
          ? await calls.query('task.list', { json: {} })
          : await calls.mutate('task.create', { json: { title: 'Work' } })
      times.push(Math.round(performance.now() - start))
      if (error !== undefined) failures.push(`${status} ${error.reason}`)
      await sleep(100)
    }
  }
  async function askForHealth(): Promise<void> {
    while (performance.now() < end) {
      const { status } = await fetch(`${server.url}/health`)
      if (status !== 200) unhealthy += 1
      await sleep(200)
    }
  }

  await Promise.all([work(), askForHealth()])
  times.sort((a, b) => a - b)
  return {
    calls: times.length,
    failures,
    p99: times[Math.ceil(times.length * 0.99) - 1] ?? 0,
    slowest: times.at(-1) ?? 0,
    unhealthy,
  }
}

/** Four connections that send batches of one procedure as fast as they are answered. */
export async function attack(
  { server, token, milliseconds }: { server: { url: string }; token: string; milliseconds: number },
  path: string,
  input: () => object,
): Promise<void> {
  const end = performance.now() + milliseconds
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' }
  const url = `${server.url}/trpc/${Array(BATCH).fill(path).join(',')}?batch=1`

  async function send(): Promise<void> {
    while (performance.now() < end) {
      const inputs = JSON.stringify(
        Object.fromEntries(Array.from({ length: BATCH }, (_, index) => [index, { json: input() }])),
      )
      const response = path.endsWith('.list')
        ? await fetch(`${url}&input=${encodeURIComponent(inputs)}`, { headers })
        : await fetch(url, { method: 'POST', headers, body: inputs })
      await response.arrayBuffer()
    }
  }
  await Promise.all(Array.from({ length: CONNECTIONS }, send))
}
