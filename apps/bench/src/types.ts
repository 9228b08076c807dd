import { execFile } from 'node:child_process'
import { mkdir, readdir, rm, stat, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import type { Benchmark } from './benchmark.ts'
import { syntheticRouter } from './synthetic-router.ts'

const exec = promisify(execFile)
const bench = join(import.meta.dirname, '..')
const scratch = join(bench, 'node_modules/.cache/types')
const compiler = compilerOf('typescript')
/** That of many who install the client: it is written in JavaScript, and takes several times as long. */
const olderCompiler = compilerOf('typescript-5')

/** The fastest counts: whatever else the machine does only makes it slower. */
const RUNS = 9
const MOST_TIMES_HAND_WRITTEN = 1.5
/** Of a project with nothing but tRPC in it, where declarations are checked too. */
const MOST_TIMES_EMPTY = 1.5
const SIZES = [100, 200, 400] as const
/** Twice the procedures take at most twice the time, and what the clock is off. */
const MOST_TIMES_HALF = 2.2

export const types: Benchmark = {
  description: 'What our types cost a compiler: a consumer against hand-written types, and ever larger routers.',
  async run({ print }) {
    await rm(scratch, { recursive: true, force: true })
    await mkdir(scratch, { recursive: true })
    try {
      await compareConsumers(print)
      await compareWithEmptyProject(print)
      await growRouters(print)
    } finally {
      await rm(scratch, { recursive: true })
    }
  },
}

async function compareConsumers(print: (line: string) => void): Promise<void> {
  // The declarations as they are published.
  await exec('npm', ['run', '--silent', 'bundle'], { cwd: join(bench, '../../packages/client') })
  const [ours, handWritten] = await fastestOf([await consumer('from-router'), await consumer('hand-written')])
  const ratio = (ours ?? 0) / (handWritten ?? 0)
  print(`20 procedures: ${seconds(ours)} by AppRouter, ${seconds(handWritten)} by hand-written types`)
  print(`  ${bounded(ratio, MOST_TIMES_HAND_WRITTEN)}`)
}

async function compareWithEmptyProject(print: (line: string) => void): Promise<void> {
  // The declarations of tRPC name `Disposable`.
  const checked = { noEmit: true, skipLibCheck: false, lib: ['es2023', 'esnext.disposable', 'dom'] }
  const configs = [
    await writeConfig('whole.json', {
      compilerOptions: { ...checked, paths: { '#api': [join(bench, 'types-consumer/from-router.ts')] } },
      files: [join(bench, 'types-consumer/twenty-procedures.ts')],
    }),
    await writeConfig('empty.json', {
      compilerOptions: checked,
      files: [join(bench, 'types-consumer/empty-trpc.ts')],
    }),
  ]
  const [ours, empty] = (await durationsOf(configs, olderCompiler)).map(median)
  print(`with declarations, by TypeScript 5.9: ${seconds(ours)}, and ${seconds(empty)} an empty project with tRPC`)
  print(`  ${bounded((ours ?? 0) / (empty ?? 0), MOST_TIMES_EMPTY)}`)
}

async function growRouters(print: (line: string) => void): Promise<void> {
  const times = await fastestOf(await Promise.all(SIZES.map(synthetic)))
  for (const [index, size] of SIZES.entries()) {
    const [half, whole] = [times[index - 1], times[index]]
    print(`${size} procedures: declarations in ${seconds(whole)}, ${await declarationSize(size)} kB`)
    if (half !== undefined && whole !== undefined) print(`  ${bounded(whole / half, MOST_TIMES_HALF)}`)
  }
}

/** @returns where the compiler finds how to check the consumer against these types */
function consumer(types: string): Promise<string> {
  return writeConfig(`${types}.json`, {
    compilerOptions: { noEmit: true, paths: { '#api': [join(bench, `types-consumer/${types}.ts`)] } },
    files: [join(bench, 'types-consumer/twenty-procedures.ts')],
  })
}

async function synthetic(procedures: number): Promise<string> {
  const folder = join(scratch, String(procedures))
  await mkdir(folder)
  for (const [file, code] of Object.entries(syntheticRouter(procedures))) await writeFile(join(folder, file), code)
  return writeConfig(`${procedures}.json`, {
    compilerOptions: { declaration: true, emitDeclarationOnly: true, outDir: join(folder, 'out'), rootDir: folder },
    files: [join(folder, 'index.ts')],
  })
}

async function writeConfig(file: string, { compilerOptions, files }: { compilerOptions: object; files: string[] }) {
  const config = join(scratch, file)
  const common = { strict: true, skipLibCheck: true, target: 'es2023', module: 'nodenext', lib: ['es2023', 'dom'] }
  const extensions = { rewriteRelativeImportExtensions: true, types: [] }
  await writeFile(config, JSON.stringify({ compilerOptions: { ...common, ...extensions, ...compilerOptions }, files }))
  return config
}

/** The least milliseconds that the compiler takes for each. */
async function fastestOf(configs: string[]): Promise<number[]> {
  return (await durationsOf(configs, compiler)).map((durations) => Math.min(...durations))
}

/** The milliseconds that a compiler takes for each, by turns. Fails when it finds an error. */
async function durationsOf(configs: string[], tsc: string): Promise<number[][]> {
  const durations: number[][] = configs.map(() => [])
  for (let run = 0; run < RUNS; run += 1) {
    for (const [index, config] of configs.entries()) {
      const began = performance.now()
      await exec(process.execPath, [tsc, '--pretty', 'false', '-p', config]).catch(({ stdout }) => {
        throw new Error(`The compiler refuses ${config}:\n${stdout}`)
      })
      durations[index]?.push(performance.now() - began)
    }
  }
  return durations
}

function median(durations: number[]): number {
  return durations.toSorted((first, second) => first - second)[Math.floor(durations.length / 2)] ?? Number.NaN
}

function compilerOf(name: string): string {
  return join(dirname(createRequire(import.meta.url).resolve(`${name}/package.json`)), 'bin/tsc')
}

async function declarationSize(procedures: number): Promise<string> {
  const folder = join(scratch, String(procedures), 'out')
  const sizes = (await readdir(folder)).map(async (file) => (await stat(join(folder, file))).size)
  return ((await Promise.all(sizes)).reduce((sum, size) => sum + size, 0) / 1_000).toFixed()
}

function seconds(milliseconds = Number.NaN): string {
  return `${(milliseconds / 1_000).toFixed(3)} s`
}

function bounded(ratio: number, most: number): string {
  if (!(ratio <= most)) process.exitCode = 1
  return `${ratio.toFixed(2)} times as long: ${ratio <= most ? 'at most' : 'MORE THAN'} ${most}`
}
