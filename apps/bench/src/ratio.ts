/** How many times as much one was as another, by pairs that were measured one right after the other. */
export interface Ratio {
  median: number
  /** Between these the median lies with a certainty of 95 %, whatever the distribution is. */
  least: number
  most: number
}

export function ratioOf(pairs: readonly (readonly [number, number])[]): Ratio {
  const sorted = pairs.map(([one, other]) => one / other).sort((first, second) => first - second)
  const at = (rank: number) => sorted[Math.min(sorted.length - 1, Math.max(0, Math.round(rank)))] ?? Number.NaN
  const middle = (sorted.length - 1) / 2
  // So far from the middle is 1.96 standard deviations of a binomial count of halves.
  const spread = 0.98 * Math.sqrt(sorted.length)
  return { median: at(middle), least: at(middle - spread), most: at(middle + spread) }
}
