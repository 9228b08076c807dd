import { draftMigration, type OpenDatabase } from '@taskwire/prisma'
import { Command, InvalidArgumentError } from 'commander'
import type { Terminal } from '../terminal.ts'
import { describeStatus } from './describe-status.ts'

/** `taskwire migrate`: the database's schema, forward and back. */
export function migrateCommand(terminal: Terminal, finish: (ok: boolean) => void): Command {
  async function connected(work: (database: OpenDatabase) => Promise<void>): Promise<void> {
    await using database = await terminal.openDatabase(terminal.readEnv().database)
    await work(database)
  }

  const migrate = new Command('migrate')
    .description('Migrates the database, or takes migrations back.')
    .addHelpText('after', '\nExample:\n  $ pnpm taskwire migrate up')

  migrate
    .command('up')
    .description('Applies the migrations that are pending, oldest first.')
    .addHelpText('after', '\nExample:\n  $ pnpm taskwire migrate up')
    .action(() =>
      connected(async ({ migrations }) => {
        const applied = await migrations.up({ onProgress: (name) => terminal.progress(`Applying ${name}`) })
        terminal.result(applied.length === 0 ? 'Nothing to do: the database is up to date' : `Applied ${list(applied)}`)
      }),
    )

  migrate
    .command('down')
    .description(
      'Takes back the last migrations, newest first, by their down.sql. Data that they made room for is lost.',
    )
    .option('-c, --count <n>', 'how many to take back', atLeastOne, 1)
    .addHelpText('after', '\nExample:\n  $ pnpm taskwire migrate down --count 2')
    .action(({ count }: { count: number }) =>
      connected(async ({ migrations }) => {
        const takenBack = await migrations.down({
          count,
          onProgress: (name) => terminal.progress(`Taking back ${name}`),
        })
        terminal.result(
          takenBack.length === 0 ? 'Nothing to do: no migration is applied' : `Took back ${list(takenBack)}`,
        )
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

  migrate
    .command('new')
    .description('Drafts the migration that leads from the present ones to schema.prisma, and its down.sql.')
    .argument('<name>', 'in snake_case')
    .addHelpText('after', '\nExample:\n  $ pnpm taskwire migrate new add_task_priority')
    .action(async (name: string) => {
      const { path, changed } = await draftMigration({ name })
      terminal.result(path)
      terminal.progress(
        changed
          ? 'Read migration.sql and down.sql and complete them, then run `pnpm taskwire migrate up`'
          : 'schema.prisma has not changed: write migration.sql and down.sql by hand',
      )
    })

  return migrate
}

function atLeastOne(text: string): number {
  if (!/^[1-9]\d{0,5}$/.test(text)) throw new InvalidArgumentError('It has to be a whole number of at least 1.')
  return Number(text)
}

function list(names: string[]): string {
  return names.join(', ')
}
