import { parseEnvironment } from '@taskwire/config'
import { run } from '../run.ts'
import { openForCommand } from './command-database.ts'

export interface Outcome {
  exitCode: number
  /** Standard output, by lines. */
  results: string[]
  /** Standard error, by lines. */
  progress: string[]
}

/**
 * Runs a command line as `pnpm taskwire` would, with these variables and no others.
 * @param typed at whatever is asked; nobody sits at a terminal where it is empty
 */
export async function runCommand(line: string, variables: Record<string, string>, typed = ''): Promise<Outcome> {
  const results: string[] = []
  const progress: string[] = []
  const exitCode = await run(line.split(' ').filter(Boolean), {
    readEnv: () => parseEnvironment(variables, '/nowhere'),
    openDatabase: openForCommand,
    result: (text) => results.push(...text.split('\n')),
    progress: (text) => progress.push(...text.split('\n')),
    readSecret: async () => typed,
    ask: async () => (typed === '' ? null : typed),
  })
  return { exitCode, results, progress }
}
