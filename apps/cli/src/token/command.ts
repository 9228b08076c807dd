import { apiTokenIdInputSchema, emailSchema, newApiTokenSchema } from '@taskwire/contract'
import { createApiToken, findAccount, listApiTokens, revokeApiToken } from '@taskwire/domain'
import { Command, InvalidArgumentError } from 'commander'
import { z } from 'zod'
import { readInput } from '../read-input.ts'
import type { Terminal } from '../terminal.ts'
import { withIdentity } from '../with-services.ts'

const createInputSchema = z.object({ email: emailSchema, token: newApiTokenSchema })
const revokeInputSchema = z.object({ email: emailSchema, token: apiTokenIdInputSchema })

/** `taskwire token`: the API tokens of an account. */
export function tokenCommand(terminal: Terminal): Command {
  const token = new Command('token')
    .description('Makes, lists and revokes API tokens, with which tools call as an account.')
    .addHelpText('after', '\nExample:\n  $ pnpm taskwire token create ada@example.com backup')

  token
    .command('create')
    .description('Makes a token and prints it: it cannot be shown again.')
    .argument('<email>')
    .argument('<name>', 'what it is for')
    .option('-e, --expires <date>', 'when it stops working, such as 2027-01-31 (default: never)', toDate)
    .addHelpText('after', '\nExample:\n  $ pnpm taskwire token create ada@example.com backup --expires 2027-01-31')
    .action((email: string, name: string, { expires }: { expires?: Date }) =>
      withIdentity(terminal, async (db, identity) => {
        const input = readInput(createInputSchema, { email, token: { name, expiresAt: expires ?? null } })
        const { id: userId } = await findAccount(db, input.email)
        const created = await createApiToken(db, identity, { userId, ...input.token })
        terminal.result(created.token)
        terminal.progress(`Token ${created.apiToken.id} of ${email}. Keep it: it cannot be shown again`)
      }),
    )

  token
    .command('list')
    .description('Lists the tokens of an account that are not revoked.')
    .argument('<email>')
    .addHelpText('after', '\nExample:\n  $ pnpm taskwire token list ada@example.com')
    .action((email: string) =>
      withIdentity(terminal, async (db) => {
        const { id: userId } = await findAccount(db, readInput(emailSchema, email))
        for (const { id, name, lastUsedAt, expiresAt } of await listApiTokens(db, userId)) {
          terminal.result(`${id}  ${name}  last used ${day(lastUsedAt)}  ends ${day(expiresAt)}`)
        }
      }),
    )

  token
    .command('revoke')
    .description('Ends a token for good.')
    .argument('<email>')
    .argument('<id>', 'as `token list` shows it')
    .addHelpText(
      'after',
      '\nExample:\n  $ pnpm taskwire token revoke ada@example.com 01a1fd5a-77f4-7254-a36b-287720e1a823',
    )
    .action((email: string, id: string) =>
      withIdentity(terminal, async (db, identity) => {
        const input = readInput(revokeInputSchema, { email, token: { id } })
        const { id: userId } = await findAccount(db, input.email)
        await revokeApiToken(db, identity, { userId, ...input.token })
        terminal.result(`Token ${id} is revoked`)
      }),
    )

  return token
}

function toDate(text: string): Date {
  const date = new Date(text)
  if (Number.isNaN(date.getTime())) throw new InvalidArgumentError('It has to be a date such as 2027-01-31.')
  return date
}

function day(date: Date | null): string {
  return date?.toISOString().slice(0, 10) ?? 'never'
}
