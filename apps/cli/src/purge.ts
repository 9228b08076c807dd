import { countPurgeable, type Purged, purge } from '@taskwire/domain'
import { Command } from 'commander'
import { everySecond } from './every-second.ts'
import type { Terminal } from './terminal.ts'
import { withServices } from './with-services.ts'

interface PurgeOptions {
  dryRun?: boolean
  json?: boolean
}

/** `taskwire purge`: what was deleted long ago. */
export function purgeCommand(terminal: Terminal): Command {
  return new Command('purge')
    .description(
      'Removes for good what was deleted 30 days ago or is more than a user may keep, and what ended a week ago.',
    )
    .option('--dry-run', 'only says what would be removed')
    .option('--json', 'prints an object: tasks, tags, sessions, apiTokens, dryRun')
    .addHelpText('after', '\nThe server does this every hour.\n\nExample:\n  $ pnpm taskwire purge --dry-run')
    .action(({ dryRun = false, json = false }: PurgeOptions) =>
      withServices(terminal, async ({ db, quotas }) => {
        const onProgress = everySecond((purged: Purged) => terminal.progress(`So far ${describe(purged)}`))
        const purged = dryRun ? await countPurgeable(db, quotas) : await purge(db, quotas, { onProgress })
        if (json) terminal.result(JSON.stringify({ ...purged, dryRun }))
        else terminal.result(`${dryRun ? 'Would remove' : 'Removed'} ${describe(purged)}`)
      }),
    )
}

function describe({ tasks, tags, sessions, apiTokens }: Purged): string {
  return `${tasks} tasks, ${tags} tags, ${sessions} sessions and ${apiTokens} API tokens`
}
