/** What a server has told at `/metrics`: each series with its value, such as `taskwire_streams_open` or `a{b="c"}`. */
export type Scraped = ReadonlyMap<string, number>

/** Reads the text format (https://prometheus.io/docs/instrumenting/exposition_formats). */
function readMetrics(text: string): Scraped {
  const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'))
  return new Map(
    lines.map((line) => [line.slice(0, line.lastIndexOf(' ')), Number(line.slice(line.lastIndexOf(' ') + 1))]),
  )
}

/** Scrapes a server as a program of this machine. */
export async function scrape({ url }: { url: string }): Promise<Scraped> {
  return readMetrics(await (await fetch(`${url}/metrics`)).text())
}

/** What has been added to the series of one metric since, by their labels. */
export function growth(name: string, before: Scraped, after: Scraped): Record<string, number> {
  const grown = [...after]
    .filter(([series]) => series.startsWith(`${name}{`))
    .map(([series, value]): [string, number] => [series.slice(name.length), value - (before.get(series) ?? 0)])
  return Object.fromEntries(grown.filter(([, value]) => value !== 0))
}
