import { parseArgs } from 'node:util'
import type { Benchmark } from './benchmark.ts'
import { deletion } from './deletion/deletion.ts'
import { live } from './live.ts'
import { rest } from './rest.ts'
import { restarts } from './restarts/restarts.ts'
import { soak } from './soak/soak.ts'
import { types } from './types.ts'

const benchmarks: Record<string, Benchmark> = { deletion, live, rest, restarts, soak, types }

const USAGE = [
  'Usage: pnpm bench <name> [--database-url postgresql://… of an empty database] [--minutes of the soak]\n',
  ...Object.entries(benchmarks).map(([name, { description }]) => `  ${name.padEnd(8)}  ${description}`),
]

const print = (line: string) => {
  process.stdout.write(`${line}\n`)
}

function refuse(what: string): void {
  print(`${what}\n`)
  USAGE.forEach(print)
  process.exitCode = 1
}

try {
  const { positionals, values } = parseArgs({
    allowPositionals: true,
    options: {
      'database-url': { type: 'string' },
      help: { type: 'boolean', short: 'h' },
      minutes: { type: 'string', default: '10' },
    },
  })
  const [name = ''] = positionals
  const benchmark = benchmarks[name]
  const minutes = Number(values.minutes)
  if (values.help) USAGE.forEach(print)
  else if (benchmark === undefined) refuse(name === '' ? 'Which one?' : `There is no benchmark ${name}`)
  else if (!(minutes > 0)) refuse(`--minutes is ${values.minutes}: it has to be a number of minutes`)
  else await benchmark.run({ databaseUrl: values['database-url'], minutes, print })
} catch (error) {
  if (!(error instanceof TypeError && String(Reflect.get(error, 'code')).startsWith('ERR_PARSE_ARGS'))) throw error
  refuse(error.message)
}
