import { buildServer, type ProxyName } from '@taskwire/config/testing'
import type { Benchmark } from '../benchmark.ts'
import { rollingRestarts } from './rolling-restarts.ts'

const RESTARTS = 10
const BEHIND: ProxyName[] = ['nginx', 'haproxy', 'caddy']

export const restarts: Benchmark = {
  description: `${RESTARTS} rolling restarts of two processes under load, behind each documented proxy: no call may fail.`,
  async run({ databaseUrl, print }) {
    if (databaseUrl === undefined) {
      print('Two processes share a database: give --database-url of an empty PostgreSQL database')
      process.exitCode = 1
      return
    }
    await buildServer()
    for (const proxy of BEHIND) {
      const { stops, calls, feeds, proxyLog } = await rollingRestarts(proxy, { databaseUrl, restarts: RESTARTS })
      const answered = Object.values(calls.answered).reduce((sum, count) => sum + count, 0)
      const longest = Math.max(...stops.map(({ milliseconds }) => milliseconds))
      print(`${proxy}: ${stops.length} restarts, the longest stop took ${(longest / 1_000).toFixed(1)} s`)
      print(`  ${calls.failures.length} of ${answered + calls.failures.length} calls failed`)
      for (const { kind, at, error } of calls.failures) print(`    ${at} ${kind}: ${error}`)
      print(`  ${feeds.changes} changes, ${feeds.listeners} listeners, ${feeds.faults.length} faults`)
      print(`  ${calls.faults.length} tasks are lost or there twice`)
      const faults = [...feeds.faults, ...calls.faults]
      for (const fault of faults) print(`    ${fault}`)
      const isWell = stops.every(({ code }) => code === 0) && calls.failures.length + faults.length === 0
      if (isWell) continue
      process.exitCode = 1
      print(proxyLog)
    }
  },
}
