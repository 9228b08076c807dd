import { createHash } from 'node:crypto'
import { type OpenDatabase, readCatalog } from '@taskwire/prisma'
import { freshDatabase } from '@taskwire/prisma/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { importArchive } from './import-archive.ts'
import { type ArchiveKindName, archiveKinds, columnOf, fieldsOf, keyColumns, ownedKindNames } from './records.ts'
import { allRows, fillDatabase } from './testing/rows.ts'

let source: OpenDatabase
let target: OpenDatabase
beforeAll(async () => {
  source = await freshDatabase()
  target = await freshDatabase()
  await fillDatabase(source, { users: 3, tasks: 6 })
})
afterAll(async () => {
  await source.close()
  await target.close()
})

test.each(['20261122110000_account_deletions', '20261121150000_external_deletions', '20261121140000_session_parent'])(
  'an archive from before %s is read as what migrating makes of such a database',
  async (name) => {
    const { applied } = await source.migrations.status()
    const place = applied.findIndex((migration) => migration.name === name)
    await source.migrations.down({ count: applied.length - place })
    const archive = await archiveAsThen(applied[place - 1]?.name ?? '')
    await source.migrations.up()

    await importArchive(target, archive)
    const rows = await allRows(source)
    expect(await allRows(target)).toEqual(rows)
    expect(rows['session']).not.toEqual([])
    await target.client.$executeRaw`TRUNCATE users, external_deletions CASCADE`
  },
)

/** What an export of that time wrote: of the tables and columns of today, those that there were. */
async function archiveAsThen(migration: string): Promise<AsyncIterable<string>> {
  const columns = new Set(
    (await readCatalog(source.client)).filter(({ kind }) => kind === 'column').map(({ name }) => name),
  )
  const counts: Record<string, number> = {}
  const read = async (kind: ArchiveKindName, userId?: string) => {
    const { table, owned } = archiveKinds[kind]
    const fields = fieldsOf(kind).filter((field) => columns.has(`${table}.${columnOf(field)}`))
    if (fields.length === 0) return []
    const found = await source.client.$queryRawUnsafe<{ row: Record<string, unknown> }[]>(
      `SELECT to_jsonb(row) AS row FROM (
        SELECT ${fields.map((field) => `${columnOf(field)} AS "${field}"`).join()} FROM ${table}
        WHERE ${userId === undefined ? 'true' : `${owned ? 'user_id' : 'id'} = '${userId}'`} ORDER BY ${keyColumns(kind).sql}
      ) row`,
    )
    counts[kind] = (counts[kind] ?? 0) + found.length
    return found.map(({ row }) => ({ type: kind, ...row }))
  }
  const records: object[] = []
  const users = await source.client.$queryRaw<{ id: string }[]>`SELECT id::text FROM users ORDER BY id`
  for (const { id } of users) {
    for (const kind of ['user', ...ownedKindNames] as const) records.push(...(await read(kind, id)))
  }
  records.push(...(await read('externalDeletion')))

  const createdAt = new Date().toISOString()
  const header = { type: 'header', product: 'taskwire', format: 1, scope: 'everything', createdAt, migration }
  const lines = [header, ...records].map((record) => `${JSON.stringify(record)}\n`)
  const sha256 = createHash('sha256').update(lines.join('')).digest('hex')
  return toAsync([...lines, `${JSON.stringify({ type: 'trailer', counts, sha256 })}\n`])
}

async function* toAsync(lines: string[]): AsyncGenerator<string> {
  yield* lines
}
