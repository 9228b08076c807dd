import { readFileSync } from 'node:fs'
import { Command, CommanderError } from 'commander'
import { exportCommand } from './archive/export-command.ts'
import { importCommand } from './archive/import-command.ts'
import { backupCommand } from './backup/backup.ts'
import { restoreCommand } from './backup/restore.ts'
import { doctorCommand } from './doctor/command.ts'
import { explainFailure } from './explain-failure.ts'
import { feedsCommand } from './feeds/command.ts'
import { migrateCommand } from './migrate/command.ts'
import { purgeCommand } from './purge.ts'
import { seedCommand } from './seed/command.ts'
import type { Terminal } from './terminal.ts'
import { tokenCommand } from './token/command.ts'
import { userCommand } from './user/command.ts'

/**
 * Runs a command line.
 *
 * @param args without the program's name
 * @returns the exit code: 0, or 1 when something is wrong
 */
export async function run(args: string[], terminal: Terminal): Promise<number> {
  let exitCode = 0
  const finish = (ok: boolean) => {
    exitCode = ok ? 0 : 1
  }
  const program = new Command('taskwire')
    .version(readVersion())
    .description('Looks after the database and the accounts of Taskwire.')
    .addHelpText('after', EXAMPLES)
    .addCommand(migrateCommand(terminal, finish))
    .addCommand(doctorCommand(terminal, finish))
    .addCommand(seedCommand(terminal))
    .addCommand(userCommand(terminal))
    .addCommand(tokenCommand(terminal))
    .addCommand(purgeCommand(terminal))
    .addCommand(exportCommand(terminal))
    .addCommand(importCommand(terminal))
    .addCommand(backupCommand(terminal))
    .addCommand(restoreCommand(terminal))
    .addCommand(feedsCommand(terminal))
  for (const command of family(program)) {
    command
      .exitOverride()
      .showHelpAfterError(`See \`pnpm ${pathOf(command)} --help\`.`)
      .configureOutput({
        writeOut: (text) => terminal.result(text.trimEnd()),
        writeErr: (text) => terminal.progress(text.trimEnd()),
      })
  }
  try {
    await program.parseAsync(args, { from: 'user' })
    return exitCode
  } catch (error) {
    // Commander has said it already.
    if (error instanceof CommanderError) return error.exitCode
    terminal.progress(explainFailure(error))
    return 1
  }
}

function readVersion(): string {
  return JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')).version
}

const EXAMPLES = `
Examples:
  $ pnpm taskwire migrate up
  $ pnpm taskwire doctor
  $ pnpm taskwire user list

The configuration is that of the server: the environment, and .env (see .env.example).`

/** A command with its subcommands, and theirs. */
function family(command: Command): Command[] {
  return [command, ...command.commands.flatMap(family)]
}

function pathOf(command: Command): string {
  return command.parent === null ? command.name() : `${pathOf(command.parent)} ${command.name()}`
}
