import { performance } from 'node:perf_hooks'
import { getHeapStatistics } from 'node:v8'
import { Counter, collectDefaultMetrics, Gauge, type Registry } from 'prom-client'
import { serverVersion } from '../server-version.ts'

/** What every Node.js process has: memory, garbage collection, descriptors, the event loop. Observers run from now on. */
export function registerProcess(registry: Registry): void {
  collectDefaultMetrics({ register: registry })
  new Counter({
    name: 'taskwire_event_loop_seconds_total',
    help: 'Time of the event loop by state: the rate of "active" is how busy the process is',
    labelNames: ['state'],
    registers: [registry],
    collect() {
      const { active, idle } = performance.eventLoopUtilization()
      this.reset()
      this.inc({ state: 'active' }, active / 1_000)
      this.inc({ state: 'idle' }, idle / 1_000)
    },
  })
  new Gauge({
    name: 'taskwire_heap_limit_bytes',
    help: 'What the heap may grow to before the process dies: --max-old-space-size',
    registers: [registry],
    collect() {
      this.set(getHeapStatistics().heap_size_limit)
    },
  })
  const version = new Gauge({
    name: 'taskwire_build_info',
    help: '1, with the version of the server',
    labelNames: ['version'],
    registers: [registry],
  })
  version.set({ version: serverVersion() }, 1)
}
