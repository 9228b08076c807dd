/** Median and tail of measured milliseconds. */
export function summary(milliseconds: number[]): string {
  const at = (part: number) => percentile(milliseconds, part).toFixed(1)
  return `p50 ${at(0.5)} ms, p99 ${at(0.99)} ms, max ${at(1)} ms`
}

/** Not a number where nothing was measured. */
export function percentile(measured: number[], part: number): number {
  const sorted = [...measured].sort((first, second) => first - second)
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? Number.NaN
}
