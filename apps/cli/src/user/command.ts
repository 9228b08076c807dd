import { Command } from 'commander'
import { withOperator } from '../operator.ts'
import type { Terminal } from '../terminal.ts'

const PAGE = 1_000

/** `taskwire user`: the accounts. */
export function userCommand(terminal: Terminal): Command {
  const user = new Command('user')
    .description('Lists accounts, shuts them out or lets them in again, and says who may sign in to them.')
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
    .description('Sets a password, read from standard input, and ends every session and API token of the account.')
    .argument('<email>')
    .addHelpText(
      'after',
      '\nExamples:\n  $ pnpm taskwire user set-password ada@example.com\n  $ pnpm taskwire user set-password ada@example.com < password.txt',
    )
    .action(async (email: string) => {
      const password = await terminal.readSecret(`New password of ${email}: `)
      await withOperator(terminal, async (operator) => {
        const { apiTokens, ...account } = await operator.user.setPassword({ email, password })
        terminal.result(
          `${account.email} has a new password and is signed out everywhere; API tokens revoked: ${apiTokens}`,
        )
        for (const identity of await operator.user.identities({ email })) tellOf(identity, terminal)
      })
    })

  user
    .command('link')
    .description(
      'Gives an account to a user of the other sign-in service, and removes its password, sessions and API tokens.',
    )
    .argument('<email>')
    .requiredOption('-s, --subject <sub>', "the user's `sub` in the tokens of that service")
    .option('-i, --issuer <iss>', 'the `iss` of that service (default: EXTERNAL_JWT_ISSUER)')
    .option('-k, --keep-password', 'for an account whose password only that user knows: leaves all as it is')
    .addHelpText(
      'after',
      '\nFor an address that somebody else has registered here before its owner came. What is in the account stays there.\n\nExample:\n  $ pnpm taskwire user link ada@example.com --subject 248289761001',
    )
    .action((email: string, options: { subject: string; issuer?: string; keepPassword?: boolean }) =>
      withOperator(terminal, async (operator) => {
        const link = await operator.user.link({ email, ...options })
        terminal.result(`${link.email} ${link.isNew ? 'is now' : 'was already'} linked to ${options.subject}`)
        if (options.keepPassword) terminal.result('Its password, sessions and API tokens are kept')
        else {
          const password = link.passwordRemoved ? 'Its password is removed' : 'It has no password'
          terminal.result(`${password}; sessions ended: ${link.sessions}; API tokens revoked: ${link.apiTokens}`)
        }
        for (const identity of await operator.user.identities({ email })) {
          const isLinked = identity.subject === options.subject && identity.issuer === link.issuer
          if (!isLinked) tellOf(identity, terminal)
        }
      }),
    )

  return user
}

function tellOf({ issuer, subject }: { issuer: string; subject: string }, terminal: Terminal): void {
  terminal.progress(`It can still be used by whoever signs in at ${issuer} as ${subject}`)
}
