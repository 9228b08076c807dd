import { startFromSource } from '@taskwire/config/testing'

/** Fast passwords, and no limits. */
const VARIABLES = {
  NODE_ENV: 'development',
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
  const server = startFromSource({ ...VARIABLES, ...variables })
  const endBy = async (signal: 'SIGTERM' | 'SIGKILL') => {
    server.kill(signal)
    await server.ended
  }
  return { url: await server.url, stop: () => endBy('SIGTERM'), kill: () => endBy('SIGKILL') }
}
