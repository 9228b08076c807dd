import { hasEmbeddedDatabase } from '@taskwire/prisma'
import { Command } from 'commander'
import { countRecords } from '../archive/count-records.ts'
import { withArchive } from '../archive/with-archive.ts'
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
      const { counts, pass } = countRecords('Backed up', (line) => terminal.progress(line))
      await withArchive(terminal, null, (lines) => writeFile(file, pass(lines), { replace: force }))
      const records = Object.values(counts).reduce((sum, count) => sum + count, 0)
      terminal.result(json ? JSON.stringify({ file, records }) : `Backed up ${records} records to ${file}`)
    })
}

const HELP = `
The file holds the hashes of passwords and tokens: keep it as safe as the database. The secret that signs tokens is not
in it (DATA_DIR/jwt-secret).

Examples:
  $ pnpm taskwire backup taskwire.jsonl.gz
  $ pnpm taskwire backup "backups/$(date +%F).jsonl.gz"`
