import { emailSchema } from '@taskwire/contract'
import {
  type ExternalName,
  linkExternalIdentity,
  listExternalIdentities,
  resetPassword,
  setAccountActive,
} from '@taskwire/domain'
import { Command } from 'commander'
import { z } from 'zod'
import { readInput } from '../read-input.ts'
import { CommandError, type Terminal } from '../terminal.ts'
import { withIdentity } from '../with-services.ts'
import { ACCOUNT, addressOf } from './address-of.ts'
import { deleteCommand } from './delete.ts'
import { fingerprintCommand } from './fingerprint.ts'
import { listCommand } from './list.ts'

const linkInputSchema = z.object({
  email: emailSchema,
  issuer: z.string().min(1).optional(),
  subject: z.string().min(1, 'Subject is required').max(255, 'Subject must have at most 255 characters'),
})

/** `taskwire user`: the accounts. */
export function userCommand(terminal: Terminal): Command {
  const user = new Command('user')
    .description(
      'Lists accounts, shuts them out or lets them in again, deletes them, and says who may sign in to them.',
    )
    .addHelpText('after', '\nExample:\n  $ pnpm taskwire user list')
    .addCommand(listCommand(terminal))
    .addCommand(deleteCommand(terminal))

  user
    .command('deactivate')
    .description('Shuts an account out: nobody can sign in to it, and whoever is signed in is out within 5 s.')
    .argument(...ACCOUNT)
    .addHelpText('after', '\nExample:\n  $ pnpm taskwire user deactivate mallory@example.com')
    .action((typed: string) => setActive(terminal, typed, false))

  user
    .command('activate')
    .description('Lets an account in again.')
    .argument(...ACCOUNT)
    .addHelpText('after', '\nExample:\n  $ pnpm taskwire user activate mallory@example.com')
    .action((typed: string) => setActive(terminal, typed, true))

  user
    .command('set-password')
    .description('Sets a password, read from standard input, and ends every session and API token of the account.')
    .argument(...ACCOUNT)
    .addHelpText(
      'after',
      '\nExamples:\n  $ pnpm taskwire user set-password ada@example.com\n  $ pnpm taskwire user set-password ada@example.com < password.txt',
    )
    .action(async (typed: string) => {
      const password = await terminal.readSecret(`New password of ${typed}: `)
      await withIdentity(terminal, async (db, identity) => {
        const { email, apiTokens } = await resetPassword(db, identity, {
          email: await addressOf(db, typed),
          password,
        })
        terminal.result(`${email} has a new password and is signed out everywhere; API tokens revoked: ${apiTokens}`)
        for (const name of await listExternalIdentities(db, email)) tellOf(name, terminal)
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
    .action((typed: string, { keepPassword = false, ...options }: LinkOptions) =>
      withIdentity(terminal, async (db, identity) => {
        const { email, subject, ...named } = readInput(linkInputSchema, { email: typed, ...options })
        const issuer = named.issuer ?? identity.externalTokens?.issuer
        if (issuer === undefined) throw new CommandError('Issuer is required: EXTERNAL_JWT_ISSUER is not set')
        const link = await linkExternalIdentity(db, identity, { email, issuer, subject, keepPassword })
        terminal.result(`${email} ${link.isNew ? 'is now' : 'was already'} linked to ${subject}`)
        if (keepPassword) terminal.result('Its password, sessions and API tokens are kept')
        else {
          const password = link.passwordRemoved ? 'Its password is removed' : 'It has no password'
          terminal.result(`${password}; sessions ended: ${link.sessions}; API tokens revoked: ${link.apiTokens}`)
        }
        for (const name of await listExternalIdentities(db, email)) {
          if (name.subject !== subject || name.issuer !== issuer) tellOf(name, terminal)
        }
      }),
    )

  return user.addCommand(fingerprintCommand(terminal))
}

function setActive(terminal: Terminal, typed: string, isActive: boolean): Promise<void> {
  return withIdentity(terminal, async (db, identity) => {
    const { email } = await setAccountActive(db, identity, { email: await addressOf(db, typed), isActive })
    terminal.result(`${email} is ${isActive ? 'active' : 'inactive'}`)
  })
}

interface LinkOptions {
  subject: string
  issuer?: string
  keepPassword?: boolean
}

function tellOf({ issuer, subject }: ExternalName, terminal: Terminal): void {
  terminal.progress(`It can still be used by whoever signs in at ${issuer} as ${subject}`)
}
