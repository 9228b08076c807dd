import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'

const ROOT = fileURLToPath(new URL('../../../..', import.meta.url))

/** Fast passwords, and no limits. */
const VARIABLES = {
  NODE_ENV: 'development',
  PORT: '0',
  BCRYPT_COST: '4',
  JWT_SECRET: 'a secret of tests, at least 32 characters',
  RATE_LIMIT_MULTIPLIER: '1000',
  LOG_LEVEL: 'info',
}

/** The real server, in a process of its own. */
export interface ServerProcess {
  readonly url: string
  /** As at a deployment: it finishes what it is at. */
  stop(): Promise<void>
  /** As by a power cut. */
  kill(): Promise<void>
}

/** Starts the server from its sources, on a free port unless the variables name one. */
export async function startServer(variables: Record<string, string>): Promise<ServerProcess> {
  const child = spawn(process.execPath, ['--import=tsx', '--conditions=@taskwire/source', 'apps/server/src/main.ts'], {
    cwd: ROOT,
    env: { ...process.env, ...VARIABLES, ...variables },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const ended = once(child, 'close')
  const endBy = async (signal: NodeJS.Signals) => {
    child.kill(signal)
    await ended
  }
  for await (const chunk of child.stdout.setEncoding('utf8')) {
    const url = /"url":"([^"]+)"/.exec(chunk)?.[1]
    if (url === undefined) continue
    child.stdout.resume()
    return { url, stop: () => endBy('SIGTERM'), kill: () => endBy('SIGKILL') }
  }
  throw new Error('The server did not start')
}
