import { importArchive, verifyArchive } from '@taskwire/domain'
import { Command } from 'commander'
import type { Terminal } from '../terminal.ts'
import { readFile } from './read-file.ts'
import { describeCounts, tellCounts } from './tell-counts.ts'

/** `taskwire import`: what `taskwire export` has written, into a database that is empty. */
export function importCommand(terminal: Terminal): Command {
  return new Command('import')
    .description('Loads what `taskwire export` has written into a database that is migrated and empty.')
    .argument('<file>', 'what to load, compressed or not; - is standard input')
    .option('--json', 'tells what was loaded as one JSON document')
    .addHelpText('after', HELP)
    .action(async (file: string, { json = false }: { json?: boolean }) => {
      const { database: config } = terminal.readEnv()
      // Standard input can be read once: it is checked while it is loaded, which ends the transaction in either way.
      if (file !== '-') {
        const { counts } = await verifyArchive(readFile(file))
        terminal.progress(`${file} is whole: ${describeCounts(counts)}`)
      }
      await using database = await terminal.openDatabase(config)
      const tell = tellCounts((line) => terminal.progress(line), 'Imported')
      const { counts, createdAt, migration } = await importArchive(database, readFile(file), {
        onProgress: (progress) => tell(progress.counts),
      })
      terminal.result(
        json ? JSON.stringify({ file, createdAt, migration, counts }) : `Imported ${describeCounts(counts)}`,
      )
    })
}

const HELP = `
All of it is loaded, or nothing. The file is checked before the database is touched; one from standard input while it is
loaded. Passwords, sessions and API tokens go on to work where JWT_SECRET is the same, and every client reads everything again.

Examples:
  $ pnpm taskwire migrate up && pnpm taskwire import taskwire.jsonl.gz
  $ ssh elsewhere 'cat taskwire.jsonl' | pnpm taskwire import -`
