import { parseArgs } from 'node:util'
import type { Benchmark } from './benchmark.ts'
import { live } from './live.ts'
import { rest } from './rest.ts'
import { types } from './types.ts'

const benchmarks: Record<string, Benchmark> = { live, rest, types }

const print = (line: string) => {
  process.stdout.write(`${line}\n`)
}
const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: { 'database-url': { type: 'string' } },
})
const benchmark = benchmarks[positionals[0] ?? '']
if (benchmark === undefined) {
  print('Usage: pnpm bench <name> [--database-url postgresql://… of an empty database]\n')
  for (const [name, { description }] of Object.entries(benchmarks)) print(`  ${name}  ${description}`)
  process.exitCode = 1
} else {
  await benchmark.run({ databaseUrl: values['database-url'], print })
}
