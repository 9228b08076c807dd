import type { Env } from '@taskwire/config'
import type { OpenDatabase } from '@taskwire/prisma'
import { Command, InvalidArgumentError } from 'commander'
import type { Terminal } from '../terminal.ts'
import { confirmLoss } from './confirm-loss.ts'
import { describeStatus } from './describe-status.ts'
import { newCommand } from './new-command.ts'

/** Where nothing is compiled, schema.prisma and what compares it with the migrations are at hand. */
const IN_SOURCES = import.meta.url.endsWith('.ts')

/** `taskwire migrate`: the database's schema, forward and back. */
export function migrateCommand(terminal: Terminal, finish: (ok: boolean) => void): Command {
  async function connected(work: (database: OpenDatabase, env: Env) => Promise<void>): Promise<void> {
    const env = terminal.readEnv()
    await using database = await terminal.openDatabase(env.database)
    await work(database, env)
  }

  const migrate = new Command('migrate')
    .description('Migrates the database, or takes migrations back.')
    .addHelpText('after', '\nExample:\n  $ pnpm taskwire migrate up')

  migrate
    .command('up')
    .description('Applies the migrations that are pending, oldest first, and goes on with one that was broken off.')
    .addHelpText(
      'after',
      '\nSafe while servers run, and to repeat: for locks that others hold it waits up to 5 minutes and names them.\n\nExample:\n  $ pnpm taskwire migrate up',
    )
    .action(() =>
      connected(async ({ migrations }) => {
        const applied = await migrations.up({ onProgress: terminal.progress })
        terminal.result(applied.length === 0 ? 'Nothing to do: the database is up to date' : `Applied ${list(applied)}`)
      }),
    )

  migrate
    .command('down')
    .description(
      'Takes back the last migrations, newest first, by their down.sql. Data that they made room for is lost.',
    )
    .option('-c, --count <n>', 'how many to take back', atLeastOne, 1)
    .option('-y, --yes', 'does not ask; without it production asks, and refuses where nobody sits at a terminal')
    .addHelpText('after', '\nExample:\n  $ pnpm taskwire migrate down --count 2')
    .action(({ count, yes = false }: { count: number; yes?: boolean }) =>
      connected(async ({ migrations }, { production }) => {
        let confirmed = true
        const takenBack = await migrations.down({
          count,
          onProgress: terminal.progress,
          confirm: async (planned) => {
            confirmed = yes || !production || (await confirmLoss(planned, terminal))
            return confirmed
          },
        })
        if (!confirmed) terminal.result('Nothing was taken back')
        else {
          terminal.result(
            takenBack.length === 0 ? 'Nothing to do: no migration is applied' : `Took back ${list(takenBack)}`,
          )
        }
      }),
    )

  migrate
    .command('status')
    .description('Lists the migrations. Exits with 1 when one has failed, was edited, or is unknown here.')
    .addHelpText('after', '\nExample:\n  $ pnpm taskwire migrate status')
    .action(() =>
      connected(async ({ migrations }) => {
        const { lines, ok } = describeStatus(await migrations.status())
        for (const line of lines) terminal.result(line)
        finish(ok)
      }),
    )

  if (IN_SOURCES) migrate.addCommand(newCommand(terminal))
  return migrate
}

function atLeastOne(text: string): number {
  if (!/^[1-9]\d{0,5}$/.test(text)) throw new InvalidArgumentError('It has to be a whole number of at least 1.')
  return Number(text)
}

function list(names: string[]): string {
  return names.join(', ')
}
