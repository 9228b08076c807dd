import { AsyncLocalStorage } from 'node:async_hooks'
import { vi } from 'vitest'

/**
 * Counts the timers that wait, of what `run` begins and all that follows from it: other tests' servers, which live in
 * the same process, set theirs on the same clock.
 */
export function ownTimers() {
  const context = new AsyncLocalStorage<true>()
  const waiting = new Set<unknown>()
  const { setTimeout, clearTimeout } = globalThis
  const set = (callback: (...values: unknown[]) => void, milliseconds?: number, ...values: unknown[]) => {
    if (!context.getStore()) return setTimeout(callback, milliseconds, ...values)
    const timer = setTimeout(() => {
      waiting.delete(timer)
      callback(...values)
    }, milliseconds)
    waiting.add(timer)
    return timer
  }
  vi.stubGlobal('setTimeout', set)
  vi.stubGlobal('clearTimeout', (timer: NodeJS.Timeout | undefined) => {
    waiting.delete(timer)
    clearTimeout(timer)
  })
  return { run: <Result>(work: () => Result) => context.run(true, work), count: () => waiting.size }
}
