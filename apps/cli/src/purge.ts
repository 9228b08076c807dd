import { purge } from '@taskwire/domain'
import { Command } from 'commander'
import type { Terminal } from './terminal.ts'
import { withServices } from './with-services.ts'

/** `taskwire purge`: what was deleted long ago. */
export function purgeCommand(terminal: Terminal): Command {
  return new Command('purge')
    .description(
      'Removes for good what was deleted 30 days ago or is more than a user may keep, and what ended a week ago.',
    )
    .addHelpText('after', '\nThe server does this every hour.\n\nExample:\n  $ pnpm taskwire purge')
    .action(() =>
      withServices(terminal, async ({ db, quotas }) => {
        const { tasks, tags, sessions, apiTokens } = await purge(db, quotas)
        terminal.result(`Removed ${tasks} tasks, ${tags} tags, ${sessions} sessions and ${apiTokens} API tokens`)
      }),
    )
}
