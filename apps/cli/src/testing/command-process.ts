import { fileURLToPath } from 'node:url'
import type { CommandDatabase } from './command-database.ts'

/** How to start `taskwire` as a process of its own: the arguments of `spawn`. */
export function commandProcess(args: string[], { variables }: Pick<CommandDatabase, 'variables'>) {
  const main = fileURLToPath(new URL('../main.ts', import.meta.url))
  const options = {
    cwd: fileURLToPath(new URL('../../../..', import.meta.url)),
    env: { PATH: process.env['PATH'], ...variables },
  }
  return [process.execPath, ['--import=tsx', '--conditions=@taskwire/source', main, ...args], options] as const
}
