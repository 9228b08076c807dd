import { knownDevelopmentSecret } from '@taskwire/config'
import { emailSchema } from '@taskwire/contract'
import { createPseudonyms } from '@taskwire/domain'
import { Command } from 'commander'
import { readInput } from '../read-input.ts'
import { CommandError, type Terminal } from '../terminal.ts'

/** `taskwire user fingerprint`: needs no database, since there may be no such account. */
export function fingerprintCommand(terminal: Terminal): Command {
  return new Command('fingerprint')
    .description('Says under which name the log has failed sign-ins of an address (`account`).')
    .argument('<email>')
    .addHelpText(
      'after',
      '\nThe name is a hash of the address under a key derived from JWT_SECRET: after a rotation it is another.\n\nExample:\n  $ pnpm taskwire user fingerprint ada@example.com',
    )
    .action(async (typed: string) => {
      const { identity, database } = terminal.readEnv()
      const secret = identity.jwtSecret ?? (await knownDevelopmentSecret(database.dataDir))
      if (secret === undefined) {
        throw new CommandError('JWT_SECRET is not set: set it to that of the server whose log is read')
      }
      terminal.result(createPseudonyms(secret)(readInput(emailSchema, typed)))
    })
}
