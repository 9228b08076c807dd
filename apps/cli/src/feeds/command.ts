import { MAX_VERSION } from '@taskwire/contract'
import { restartFeeds } from '@taskwire/domain'
import { Command, InvalidArgumentError } from 'commander'
import type { Terminal } from '../terminal.ts'
import { withServices } from '../with-services.ts'

interface ResetOptions {
  above?: number
  json?: boolean
}

/** `taskwire feeds`: what clients are told of changes. */
export function feedsCommand(terminal: Terminal): Command {
  const feeds = new Command('feeds')
    .description('Looks after what clients are told of changes.')
    .addHelpText('after', '\nExample:\n  $ pnpm taskwire feeds reset')

  feeds
    .command('reset')
    .description('Makes every client read everything again: after a restore by other means than `taskwire restore`.')
    .option(
      '--above <version>',
      'the highest change_seq of the database that was replaced, where it could be read',
      version,
    )
    .option('--json', 'prints the result as JSON')
    .addHelpText(
      'after',
      `
A database from a backup counts on from versions that clients have seen already. Nothing is deleted, and servers may
run. It may be run again.

Example:
  $ pnpm taskwire feeds reset`,
    )
    .action(({ above, json = false }: ResetOptions) =>
      withServices(terminal, async ({ db }) => {
        const restarted = await restartFeeds(db, { ...(above !== undefined && { above }) })
        terminal.result(
          json
            ? JSON.stringify(restarted)
            : `Every client of ${restarted.users} users starts over; changes count on from version ${restarted.version}`,
        )
      }),
    )

  return feeds
}

function version(text: string): number {
  if (/^\d{1,10}$/.test(text) && Number(text) <= MAX_VERSION) return Number(text)
  throw new InvalidArgumentError(`It has to be a version: a whole number from 0 to ${MAX_VERSION}.`)
}
