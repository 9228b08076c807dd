import { setTimeout as sleep } from 'node:timers/promises'
import {
  freePort,
  type ProxyName,
  type ServerProcess,
  secureFetch,
  startFromBuild,
  startProxy,
} from '@taskwire/config/testing'
import { type FeedOutcome, followFeeds } from './follow-feeds.ts'
import { type CallOutcome, mixedCalls } from './mixed-calls.ts'

/** What a rolling restart looked like to those who were served meanwhile. */
export interface RestartsOutcome {
  /** How each process ended: its exit code, and milliseconds from the signal. */
  stops: { code: number | null; milliseconds: number }[]
  calls: CallOutcome
  feeds: FeedOutcome
  /** What the proxy has printed. */
  proxyLog: string
}

/** Milliseconds before the next restart: longer than a proxy leaves a process alone that has failed, which is 2 s. */
const BETWEEN = 3_000

/**
 * Two processes of the build behind a proxy with its documented configuration are restarted by turns, while clients call
 * and listen.
 *
 * @param databaseUrl of a migrated PostgreSQL database
 */
export async function rollingRestarts(
  proxyName: ProxyName,
  { databaseUrl, restarts }: { databaseUrl: string; restarts: number },
): Promise<RestartsOutcome> {
  const ports = [await freePort(), await freePort()] as const
  await using proxy = await startProxy(proxyName, [`127.0.0.1:${ports[0]}`, `127.0.0.1:${ports[1]}`])
  const start = (port: number) => startFromBuild(settings({ databaseUrl, port, publicUrl: proxy.url }))
  const processes = ports.map(start)
  try {
    await Promise.all(processes.map(({ url }) => url))
    // The proxy has seen that they are well.
    await sleep(1_000)
    const way = { url: proxy.url, fetch: secureFetch(proxy.certificate) }
    const feeds = await followFeeds(way)
    const calls = await mixedCalls(way)
    const stops: RestartsOutcome['stops'] = []
    for (let count = 0; count < restarts; count += 1) {
      await sleep(BETWEEN)
      const turn = count % ports.length
      stops.push(await stop(processes[turn]))
      processes[turn] = start(ports[turn] ?? 0)
      await processes[turn].url
    }
    await sleep(BETWEEN)
    return { stops, calls: await calls.end(), feeds: await feeds.end(), proxyLog: proxy.output() }
  } finally {
    for (const server of processes) await server[Symbol.asyncDispose]()
  }
}

function settings(options: { databaseUrl: string; port: number; publicUrl: string }): Record<string, string> {
  return {
    DATABASE_URL: options.databaseUrl,
    AUTO_MIGRATE: 'true',
    PORT: String(options.port),
    PUBLIC_URL: options.publicUrl,
    JWT_SECRET: 'a secret of benchmarks, at least 32 characters',
    TRUST_PROXY: '1',
    BCRYPT_COST: '10',
    RATE_LIMIT_MULTIPLIER: '100000',
    LOG_LEVEL: 'info',
  }
}

async function stop(server: ServerProcess | undefined): Promise<RestartsOutcome['stops'][number]> {
  const began = performance.now()
  server?.kill('SIGTERM')
  const ending = await server?.ended
  return { code: ending?.code ?? null, milliseconds: performance.now() - began }
}
