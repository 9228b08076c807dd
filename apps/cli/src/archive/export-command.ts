import { emailSchema } from '@taskwire/contract'
import { Command } from 'commander'
import { readInput } from '../read-input.ts'
import { CommandError, type Terminal } from '../terminal.ts'
import { countRecords } from './count-records.ts'
import { describeCounts } from './tell-counts.ts'
import { withArchive } from './with-archive.ts'
import { writeFile, writeOut } from './write-file.ts'

interface ExportOptions {
  user?: string
  json?: boolean
}

/** `taskwire export`: everything, or one user's own data. */
export function exportCommand(terminal: Terminal): Command {
  return new Command('export')
    .description('Writes everything that the database holds into one file, to import it elsewhere.')
    .argument('<file>', 'where to write; compressed if its name ends with .gz, - is standard output')
    .option('-u, --user <email>', "one user's own data alone: to hand out, not to import")
    .option('--json', 'tells what was written as one JSON document')
    .addHelpText('after', HELP)
    .action(async (file: string, { user, json = false }: ExportOptions) => {
      if (file === '-' && json) throw new CommandError('Standard output is where the data goes: leave out --json')
      const email = user === undefined ? null : readInput(emailSchema, user)
      const { counts, pass } = countRecords('Exported', (line) => terminal.progress(line))
      await withArchive(terminal, email, (lines) =>
        file === '-' ? writeOut(pass(lines)) : writeFile(file, pass(lines)),
      )
      const summary = `Exported ${describeCounts(counts)}`
      if (file === '-') terminal.progress(summary)
      else terminal.result(json ? JSON.stringify({ file, counts }) : `${summary} to ${file}`)
    })
}

const HELP = `
It holds the hashes of passwords and tokens (but not with --user): keep it as safe as the database. A server may run. From a
PostgreSQL server it is a picture of one moment; from the embedded database each user is as they were at one.

Examples:
  $ pnpm taskwire export taskwire.jsonl.gz
  $ pnpm taskwire export - | ssh elsewhere 'cat > taskwire.jsonl'
  $ pnpm taskwire export ada.jsonl --user ada@example.com`
