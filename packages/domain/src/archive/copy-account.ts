import { setImmediate } from 'node:timers/promises'
import { type Database, type OpenDatabase, Prisma } from '@taskwire/prisma'
import { bringToMemory, copyRows, dropCopies, nextPrefix, written } from './copy-rows.ts'
import { type ArchiveKindName, archiveKinds, keyColumns } from './records.ts'

/** A user's things as they were at one moment. */
export interface AccountPicture extends AsyncDisposable {
  /** Does work that asks for them. */
  read<T>(work: (db: Database) => Promise<T>): Promise<T>
}

/** Those of which there may be so many that they are not read at once. */
const KINDS = ['tag', 'task', 'link'] as const satisfies ArchiveKindName[]

/** Holds open a picture of a user's things: on the embedded database a copy, so that others have turns while it is read. */
export async function openAccount(source: OpenDatabase, userId: string): Promise<AccountPicture> {
  if (source.kind === 'embedded') return copyAccount(source, userId)
  const snapshot = await source.snapshot()
  return { read: (work) => work(snapshot.db), [Symbol.asyncDispose]: () => snapshot[Symbol.asyncDispose]() }
}

async function copyAccount({ client, longTransaction }: OpenDatabase, userId: string): Promise<AccountPicture> {
  const where = Prisma.sql`user_id = ${written(userId)}`
  for (const kind of KINDS) await bringToMemory(client, { kind, where })
  const prefix = nextPrefix()
  await longTransaction(async (transaction) => {
    for (const kind of KINDS) await copyRows(transaction, { kind, where, prefix })
  })
  const tables = KINDS.map((kind) => ({ kind, table: archiveKinds[kind].table }))
  for (const { kind, table } of tables) {
    // Others have a turn before each.
    await setImmediate()
    await client.$executeRaw`CREATE INDEX ON ${Prisma.raw(prefix + table)} (${keyColumns(kind)})`
  }
  return {
    // A table of the session hides another one of its name; in a transaction, it does so from nobody else.
    read: (work) =>
      longTransaction(async (transaction) => {
        for (const { table } of tables) await rename(transaction, { from: prefix + table, to: table })
        const result = await work(transaction)
        for (const { table } of tables) await rename(transaction, { from: table, to: prefix + table })
        return result
      }),
    [Symbol.asyncDispose]: () => dropCopies(client, { kinds: KINDS, prefix }),
  }
}

async function rename(transaction: Database, { from, to }: { from: string; to: string }): Promise<void> {
  await transaction.$executeRaw`ALTER TABLE pg_temp.${Prisma.raw(from)} RENAME TO ${Prisma.raw(to)}`
}
