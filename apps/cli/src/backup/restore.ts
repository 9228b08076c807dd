import { type ArchiveCounts, highestVersion, importArchive, verifyArchive } from '@taskwire/domain'
import { replaceEmbedded } from '@taskwire/prisma'
import { Command } from 'commander'
import { readFile } from '../archive/read-file.ts'
import { describeCounts, tellCounts } from '../archive/tell-counts.ts'
import type { Terminal } from '../terminal.ts'
import { embeddedDataDir } from './embedded-data-dir.ts'

/** `taskwire restore`: what `taskwire backup` or `export` has written, in the place of the embedded database. */
export function restoreCommand(terminal: Terminal): Command {
  return new Command('restore')
    .description('Puts what `taskwire backup` has written in the place of the embedded database, which is kept.')
    .argument('<file>', 'compressed or not')
    .option('--json', 'tells what was restored as one JSON document')
    .addHelpText('after', HELP)
    .action(async (file: string, { json = false }: { json?: boolean }) => {
      const dataDir = embeddedDataDir(terminal, 'use pg_restore, or `pnpm taskwire import` into an empty database')
      const { counts, createdAt } = await verifyArchive(readFile(file))
      terminal.progress(`${file} is whole, of ${createdAt.toISOString()}: ${describeCounts(counts)}`)
      const tell = tellCounts((line) => terminal.progress(line), 'Restored')
      const kept = await replaceEmbedded(dataDir, {
        look: ({ client }) => highestVersion(client),
        async fill(fresh, above) {
          const onProgress = ({ counts }: { counts: ArchiveCounts }) => tell(counts)
          await importArchive(fresh, readFile(file), { onProgress, above })
        },
      })
      if (json) terminal.result(JSON.stringify({ file, createdAt, counts, kept }))
      else {
        terminal.result(`Restored ${describeCounts(counts)}; every client reads everything again`)
        if (kept !== null) terminal.result(`What was there before is kept in ${kept}: delete it when all is well`)
      }
    })
}

const HELP = `
Stop the server first. The file is checked before anything is touched, and until the new database is whole, the one that is
there stays in its place.

Example:
  $ pnpm taskwire restore taskwire.jsonl.gz`
