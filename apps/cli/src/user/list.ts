import { type Account, type Database, listAccounts } from '@taskwire/domain'
import { Command } from 'commander'
import type { Terminal } from '../terminal.ts'
import { withIdentity } from '../with-services.ts'

const PAGE = 1_000

/** `taskwire user list`. */
export function listCommand(terminal: Terminal): Command {
  return new Command('list')
    .description('Lists all accounts by address.')
    .option('--json', 'prints an array with an object for each account')
    .addHelpText('after', '\nExample:\n  $ pnpm taskwire user list')
    .action(({ json = false }: { json?: boolean }) =>
      withIdentity(terminal, async (db) => {
        const tell = json ? tellJson : tellLines
        await tell(allAccounts(db), terminal)
      }),
    )
}

/** Page after page, so that any number of them takes no more memory. */
async function* allAccounts(db: Database): AsyncGenerator<Account> {
  let after: string | undefined
  do {
    const accounts = await listAccounts(db, { after, limit: PAGE })
    yield* accounts
    after = accounts.length === PAGE ? accounts.at(-1)?.email : undefined
  } while (after !== undefined)
}

async function tellLines(accounts: AsyncIterable<Account>, terminal: Terminal): Promise<void> {
  for await (const { email, isActive, createdAt } of accounts) {
    terminal.result(`${isActive ? 'active  ' : 'inactive'}  ${createdAt.toISOString().slice(0, 10)}  ${email}`)
  }
}

/** One document, an account a line. */
async function tellJson(accounts: AsyncIterable<Account>, terminal: Terminal): Promise<void> {
  let line = ''
  for await (const account of accounts) {
    terminal.result(line === '' ? '[' : `${line},`)
    line = `  ${JSON.stringify(account)}`
  }
  terminal.result(line === '' ? '[]' : `${line}\n]`)
}
