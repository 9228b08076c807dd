import { exportArchive, passWholeArchive, receiveArchive } from '@taskwire/domain'
import { connectInFolder, hasEmbeddedDatabase } from '@taskwire/prisma'
import { Command } from 'commander'
import { writeFile } from '../archive/write-file.ts'
import { CommandError, type Terminal } from '../terminal.ts'
import { embeddedDataDir } from './embedded-data-dir.ts'

interface BackupOptions {
  force?: boolean
  json?: boolean
}

/** `taskwire backup`: the embedded database, whether a server has it open or not. */
export function backupCommand(terminal: Terminal): Command {
  return new Command('backup')
    .description('Writes the embedded database into one file, also while a server uses it.')
    .argument('<file>', 'where to write; compressed if its name ends with .gz')
    .option('-f, --force', 'replaces a file that is there')
    .option('--json', 'tells what was written as one JSON document')
    .addHelpText('after', HELP)
    .action(async (file: string, { force = false, json = false }: BackupOptions) => {
      const dataDir = embeddedDataDir(terminal, 'use pg_dump, or `pnpm taskwire export`')
      if (!hasEmbeddedDatabase(dataDir)) throw new CommandError(`There is no embedded database in ${dataDir}`)
      const counted = { lines: 0 }
      const write = (lines: AsyncIterable<string>) =>
        writeFile(file, counting(passWholeArchive(lines), { counted, terminal }), { replace: force })
      const socket = await connectInFolder(dataDir)
      if (socket !== null) await write(receiveArchive(socket))
      else {
        await using database = await terminal.openDatabase(terminal.readEnv().database)
        await write(exportArchive(database))
      }
      // Without the first line and the last.
      const records = counted.lines - 2
      terminal.result(json ? JSON.stringify({ file, records }) : `Backed up ${records} records to ${file}`)
    })
}

/** Milliseconds between two lines of progress. */
const INTERVAL = 1_000

async function* counting(
  lines: AsyncIterable<string>,
  { counted, terminal }: { counted: { lines: number }; terminal: Terminal },
): AsyncGenerator<string, void, undefined> {
  let told = performance.now()
  for await (const line of lines) {
    yield line
    counted.lines += 1
    if (performance.now() - told < INTERVAL) continue
    told = performance.now()
    terminal.progress(`Backed up ${counted.lines} lines so far`)
  }
}

const HELP = `
The file holds the hashes of passwords and tokens: keep it as safe as the database. The secret that signs tokens is not
in it (DATA_DIR/jwt-secret).

Examples:
  $ pnpm taskwire backup taskwire.jsonl.gz
  $ pnpm taskwire backup "backups/$(date +%F).jsonl.gz"`
