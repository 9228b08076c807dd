import { Command } from 'commander'
import { withOperator } from '../operator.ts'
import type { Terminal } from '../terminal.ts'

const PAGE = 1_000

/** `taskwire user`: the accounts. */
export function userCommand(terminal: Terminal): Command {
  const user = new Command('user')
    .description('Lists accounts, shuts them out or lets them in again, and sets their passwords.')
    .addHelpText('after', '\nExample:\n  $ pnpm taskwire user list')

  user
    .command('list')
    .description('Lists all accounts by address.')
    .addHelpText('after', '\nExample:\n  $ pnpm taskwire user list')
    .action(() =>
      withOperator(terminal, async (operator) => {
        let after: string | undefined
        do {
          const accounts = await operator.user.list({ after, limit: PAGE })
          for (const { email, isActive, createdAt } of accounts) {
            terminal.result(`${isActive ? 'active  ' : 'inactive'}  ${createdAt.toISOString().slice(0, 10)}  ${email}`)
          }
          after = accounts.length === PAGE ? accounts.at(-1)?.email : undefined
        } while (after !== undefined)
      }),
    )

  user
    .command('deactivate')
    .description('Shuts an account out: nobody can sign in to it, and whoever is signed in is out within 5 s.')
    .argument('<email>')
    .addHelpText('after', '\nExample:\n  $ pnpm taskwire user deactivate mallory@example.com')
    .action((email: string) =>
      withOperator(terminal, async (operator) => {
        const account = await operator.user.deactivate({ email })
        terminal.result(`${account.email} is inactive`)
      }),
    )

  user
    .command('activate')
    .description('Lets an account in again.')
    .argument('<email>')
    .addHelpText('after', '\nExample:\n  $ pnpm taskwire user activate mallory@example.com')
    .action((email: string) =>
      withOperator(terminal, async (operator) => {
        const account = await operator.user.activate({ email })
        terminal.result(`${account.email} is active`)
      }),
    )

  user
    .command('set-password')
    .description('Sets a password, read from standard input, and ends every session of the account.')
    .argument('<email>')
    .addHelpText(
      'after',
      '\nExamples:\n  $ pnpm taskwire user set-password ada@example.com\n  $ pnpm taskwire user set-password ada@example.com < password.txt',
    )
    .action(async (email: string) => {
      const password = await terminal.readSecret(`New password of ${email}: `)
      await withOperator(terminal, async (operator) => {
        const account = await operator.user.setPassword({ email, password })
        terminal.result(`${account.email} has a new password and is signed out everywhere`)
      })
    })

  return user
}
