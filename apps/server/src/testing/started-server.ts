import { parseEnvironment } from '@taskwire/config'
import { type RunningServer, start } from '../start.ts'
import { type LogLine, recordedLog } from './recorded-log.ts'

export interface StartedServer extends RunningServer, AsyncDisposable {
  readonly port: number
  readonly log: readonly LogLine[]
}

/** The whole server on a free port, as its process would start it with these variables, but within this one. */
export async function startedServer(variables: Record<string, string>): Promise<StartedServer> {
  const { logger, log } = recordedLog('info')
  const env = parseEnvironment(
    { PORT: '0', JWT_SECRET: 'a secret of tests, at least 32 characters', BCRYPT_COST: '4', ...variables },
    '/nowhere',
  )
  const server = await start(env, logger)
  return { ...server, log, port: Number(new URL(server.url).port), [Symbol.asyncDispose]: () => server.stop() }
}
