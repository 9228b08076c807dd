import { type Database, deleteAccountOf, type Identity, removeAccount } from '@taskwire/domain'
import { Command } from 'commander'
import { everySecond } from '../every-second.ts'
import { CommandError, type Terminal } from '../terminal.ts'
import { withIdentity } from '../with-services.ts'
import { ACCOUNT, addressOf } from './address-of.ts'

interface DeleteOptions {
  yes?: boolean
  wait: boolean
  json?: boolean
}

/** `taskwire user delete`. */
export function deleteCommand(terminal: Terminal): Command {
  return new Command('delete')
    .description('Deletes an account and all that is in it, for good.')
    .argument(...ACCOUNT)
    .option('-y, --yes', 'does not ask; has to be said where nobody sits at a terminal')
    .option('--no-wait', 'leaves the rows of a large account to a server that runs, or to the next start of one')
    .option('--json', 'prints an object: email, id, tasks, and whether nothing is left')
    .addHelpText(
      'after',
      '\nWhoever is signed in is out within 5 s, and the address is free at once. The rows go a few at a time; when this command is ended, a server goes on.\n\nExample:\n  $ pnpm taskwire user delete mallory@example.com',
    )
    .action((typed: string, options: DeleteOptions) =>
      withIdentity(terminal, async (db, identity) => {
        const email = await addressOf(db, typed)
        if (options.yes !== true) await confirm(email, terminal)
        await deleteFor(email, { ...options, db, identity, terminal })
      }),
    )
}

/** @throws CommandError unless somebody repeats the address */
async function confirm(email: string, terminal: Terminal): Promise<void> {
  const answer = await terminal.ask(`This deletes all that ${email} has, for good. Type the address to go on: `)
  if (answer === null) throw new CommandError('Nobody sits at a terminal to be asked: say --yes')
  if (answer.trim().toLowerCase() !== email) throw new CommandError('That is not the address: nothing was deleted')
}

interface Deletion extends DeleteOptions {
  db: Database
  identity: Identity
  terminal: Terminal
}

async function deleteFor(email: string, { wait, json = false, db, identity, terminal }: Deletion): Promise<void> {
  const { id, tasks, gone } = await deleteAccountOf(db, identity, email)
  const tell = everySecond((removed: number) => terminal.progress(`Removed ${removed} of ${tasks} tasks`))
  const removed = gone || (wait && (await removeAccount(db, id, { onProgress: tell })))
  if (json) terminal.result(JSON.stringify({ email, id, tasks, removed }))
  else if (removed) terminal.result(`${email} is deleted, with ${tasks} tasks`)
  else terminal.result(`${email} is deleted; its ${tasks} tasks are removed by the next server that runs`)
}
