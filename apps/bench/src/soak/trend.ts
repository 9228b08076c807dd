/** How something went over time. */
export interface Trend {
  /** Medians of the first and of the last third. */
  first: number
  last: number
  /** What it grows by in a sample, by least squares. */
  slope: number
}

export function trendOf(samples: readonly number[]): Trend {
  const third = Math.ceil(samples.length / 3)
  return { first: median(samples.slice(0, third)), last: median(samples.slice(-third)), slope: slopeOf(samples) }
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((first, second) => first - second)
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN
}

function slopeOf(samples: readonly number[]): number {
  const middle = (samples.length - 1) / 2
  const mean = samples.reduce((sum, value) => sum + value, 0) / samples.length
  let [rise, run] = [0, 0]
  for (const [index, value] of samples.entries()) {
    rise += (index - middle) * (value - mean)
    run += (index - middle) ** 2
  }
  return rise / run
}
