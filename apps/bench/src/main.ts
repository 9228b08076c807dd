import { parseArgs } from 'node:util'
import type { Benchmark } from './benchmark.ts'
import { deletion } from './deletion/deletion.ts'
import { live } from './live.ts'
import { rest } from './rest.ts'
import { restarts } from './restarts/restarts.ts'
import { soak } from './soak/soak.ts'
import { types } from './types.ts'

const benchmarks: Record<string, Benchmark> = { deletion, live, rest, restarts, soak, types }

const print = (line: string) => {
  process.stdout.write(`${line}\n`)
}
const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: { 'database-url': { type: 'string' }, minutes: { type: 'string', default: '10' } },
})
const benchmark = benchmarks[positionals[0] ?? '']
if (benchmark === undefined) {
  print('Usage: pnpm bench <name> [--database-url postgresql://… of an empty database] [--minutes of the soak]\n')
  for (const [name, { description }] of Object.entries(benchmarks)) print(`  ${name}  ${description}`)
  process.exitCode = 1
} else {
  await benchmark.run({ databaseUrl: values['database-url'], minutes: Number(values.minutes), print })
}
