import { readFileSync } from 'node:fs'
import { Registry } from 'prom-client'
import { expect } from 'vitest'
import { testWith } from '../testing/fixture.ts'
import { registerProcess } from './process-metrics.ts'

const test = testWith({})

const DOCUMENT = new URL('../../../../docs/operations/metrics.md', import.meta.url)
const HEAD = ['metric', 'kind', 'labels', 'what it tells']

test('the document lists every metric of ours as it is, and no other', async ({ server }) => {
  const ofProcess = new Registry()
  registerProcess(ofProcess)
  const metrics: unknown[] = [server.metrics.registry, ofProcess].flatMap((registry) => registry.getMetricsAsArray())
  const rows = (metrics as Described[])
    .filter(({ name }) => name.startsWith('taskwire_'))
    .map((metric) => [
      `\`${metric.name}\``,
      metric.constructor.name.toLowerCase(),
      metric.labelNames.map((label) => `\`${label}\``).join(', '),
      metric.help,
    ])
    .sort(([one = ''], [other = '']) => (one < other ? -1 : 1))
  expect(readTable(readFileSync(DOCUMENT, 'utf8'))).toEqual([HEAD, ...rows])
})

/** What prom-client keeps of a metric, beyond what its types tell. */
interface Described {
  name: string
  help: string
  labelNames: string[]
}

/** The cells of the only table, without the line below its head. */
function readTable(text: string): string[][] {
  const lines = text.split('\n').filter((line) => line.startsWith('|') && !line.startsWith('| -'))
  return lines.map((line) =>
    line
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim()),
  )
}
