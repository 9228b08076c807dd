import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { environmentSchema } from '../env-schema.ts'

/** How a process ended, and all that it printed. */
interface Ending {
  code: number | null
  signal: NodeJS.Signals | null
  /** Lines of standard output. */
  output: string[]
  /** Lines of standard error. */
  complaints: string[]
}

export interface ServerProcess extends AsyncDisposable {
  readonly pid: number
  /** The first URL that it prints; rejects when it ends without one. */
  readonly url: Promise<string>
  readonly ended: Promise<Ending>
  kill(signal: 'SIGTERM' | 'SIGKILL'): void
}

export const ROOT = fileURLToPath(new URL('../../../..', import.meta.url))

// An empty variable counts as not set, and hides one in the developer's own .env.
const NOTHING_SET = Object.fromEntries(Object.keys(environmentSchema(false).shape).map((name) => [name, '']))

/** Runs the server from its sources, as `pnpm start` does, with these variables and no others. */
export function startFromSource(variables: Record<string, string>, nodeFlags: string[] = []): ServerProcess {
  return run([...nodeFlags, '--import=tsx', '--conditions=@taskwire/source', 'apps/server/src/main.ts'], variables)
}

/** Compiles the workspace, as `pnpm build` does: in a second where that is done. */
export async function buildServer(): Promise<void> {
  await promisify(execFile)('npx', ['tsc', '-b', 'tsconfig.build.json'], { cwd: ROOT })
}

/** Runs what `pnpm build` has made by plain Node.js, as production does. */
export function startFromBuild(variables: Record<string, string>): ServerProcess {
  return run(['apps/server/dist/main.js'], { NODE_ENV: 'production', ...variables })
}

function run(command: string[], variables: Record<string, string>): ServerProcess {
  const child = spawn(process.execPath, command, {
    cwd: ROOT,
    env: { ...NOTHING_SET, PORT: '0', ...variables },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const printed = { stdout: '', stderr: '' }
  for (const stream of ['stdout', 'stderr'] as const) {
    child[stream].setEncoding('utf8').on('data', (text: string) => {
      printed[stream] += text
    })
  }

  const ended = once(child, 'close').then(
    ([code, signal]): Ending => ({
      code,
      signal,
      output: linesOf(printed.stdout),
      complaints: linesOf(printed.stderr),
    }),
  )
  const ready = new Promise<string>((resolve) => {
    const look = () => {
      const url = urlIn(printed.stdout)
      if (url === undefined) return
      child.stdout.off('data', look)
      resolve(url)
    }
    child.stdout.on('data', look)
  })
  const url = Promise.race([
    ready,
    ended.then(({ complaints }): never => {
      throw new Error(`The server did not start: ${complaints.join('\n')}`)
    }),
  ])
  // Whoever wants to see it refused does not ask for the URL.
  url.catch(() => {})

  return {
    pid: child.pid ?? 0,
    url,
    ended,
    kill: (signal) => child.kill(signal),
    async [Symbol.asyncDispose]() {
      child.kill('SIGKILL')
      await ended
    },
  }
}

/** Of whole lines: the last one may be under way. */
function urlIn(output: string): string | undefined {
  const lines = linesOf(output.slice(0, output.lastIndexOf('\n') + 1))
  return lines.map((line) => JSON.parse(line).url).find((url) => typeof url === 'string')
}

function linesOf(text: string): string[] {
  return text.split('\n').filter((line) => line !== '')
}
