/** Median and tail of measured milliseconds. */
export function summary(milliseconds: number[]): string {
  const sorted = [...milliseconds].sort((first, second) => first - second)
  const at = (part: number) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))]?.toFixed(1) ?? '-'
  return `p50 ${at(0.5)} ms, p99 ${at(0.99)} ms, max ${at(1)} ms`
}
