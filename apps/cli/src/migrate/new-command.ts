import { Command } from 'commander'
import type { Terminal } from '../terminal.ts'

/** `taskwire migrate new`, for those who change the schema. */
export function newCommand(terminal: Terminal): Command {
  return new Command('new')
    .description('Drafts the migration that leads from the present ones to schema.prisma, and its down.sql.')
    .argument('<name>', 'in snake_case')
    .addHelpText('after', '\nExample:\n  $ pnpm taskwire migrate new add_task_priority')
    .action(async (name: string) => {
      // A production build has no schema engine to load.
      const { draftMigration } = await import('@taskwire/prisma/drafts')
      const { path, changed } = await draftMigration({ name })
      terminal.result(path)
      terminal.progress(
        changed
          ? 'Read migration.sql and down.sql and complete them, then run `pnpm taskwire migrate up`'
          : 'schema.prisma has not changed: write migration.sql and down.sql by hand',
      )
    })
}
