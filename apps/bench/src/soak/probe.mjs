// Loaded into the server by `--import …/probe.mjs?file=…`, with `--expose-gc`: writes a line to the file every ten seconds.
import { appendFileSync } from 'node:fs'
import { monitorEventLoopDelay } from 'node:perf_hooks'

const INTERVAL = 10_000

const file = new URL(import.meta.url).searchParams.get('file') ?? ''
const delay = monitorEventLoopDelay({ resolution: 10 })
delay.enable()

setInterval(() => {
  const loopDelay = delay.percentile(99) / 1e6
  globalThis.gc?.()
  const { heapUsed, rss, external } = process.memoryUsage()
  appendFileSync(file, `${JSON.stringify({ heap: heapUsed, rss, external, loopDelay })}\n`)
  // The collection just made is ours, and does not count.
  setImmediate(() => delay.reset())
}, INTERVAL).unref()
