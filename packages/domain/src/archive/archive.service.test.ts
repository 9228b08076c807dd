import { randomUUID } from 'node:crypto'
import { type OpenDatabase, openDatabase } from '@taskwire/prisma'
import { freshDatabase, freshServerUrl, temporaryDataDir } from '@taskwire/prisma/testing'
import { expect, test } from 'vitest'
import { exportArchive } from './export-archive.ts'
import { importArchive } from './import-archive.ts'
import { allRows, fillDatabase } from './testing/rows.ts'

test('from the embedded database to a server and back each row stays as it was', async () => {
  using first = await temporaryDataDir()
  using last = await temporaryDataDir()
  await using from = await openDatabase({ dataDir: first.path })
  await using server = await freshDatabase()
  await using to = await openDatabase({ dataDir: last.path })
  await fillDatabase(from)
  const rows = await allRows(from)
  await importArchive(server, exportArchive(from))
  expect(await allRows(server)).toEqual(rows)
  await importArchive(to, exportArchive(server))
  expect(await allRows(to)).toEqual(rows)
})

test('an export of a server is a picture of one moment, while others write on', async () => {
  await using source = await freshDatabase()
  await using target = await freshDatabase()
  await fillDatabase(source, { users: 3, tasks: 20 })
  const rows = await allRows(source)
  async function* whileOthersWrite(): AsyncGenerator<string> {
    let lines = 0
    for await (const line of exportArchive(source)) {
      yield line
      lines += 1
      if (lines !== 2) continue
      await source.client.tag.deleteMany()
      await source.client.task.updateMany({ data: { title: 'Later' } })
      await source.client.user.create({ data: { email: 'later@example.com' } })
    }
  }
  await importArchive(target, whileOthersWrite())
  expect(await allRows(target)).toEqual(rows)
})

test('an export and an import outlast the limits that calls, a role or a database have', async () => {
  await using source = await limited()
  await using target = await limited()
  await fillDatabase(source, { users: 2, tasks: 5 })
  async function* slowly(): AsyncGenerator<string> {
    for await (const line of exportArchive(source)) {
      yield line
      if (line.startsWith('{"type":"user"')) await new Promise((resolve) => setTimeout(resolve, 400))
    }
  }
  const { counts } = await importArchive(target, slowly())
  expect(counts.user).toBe(2)
})

test('an import whose connection dies leaves nothing, and can be done again', async () => {
  await using source = await freshDatabase()
  await using target = await freshDatabase()
  await fillDatabase(source)
  async function* cutOff(): AsyncGenerator<string> {
    for await (const line of exportArchive(source)) {
      if (line.startsWith('{"type":"trailer"')) {
        await target.client.$queryRaw`
          SELECT pg_terminate_backend(pid) FROM pg_stat_activity
          WHERE datname = current_database() AND pid <> pg_backend_pid()`
      }
      yield line
    }
  }
  await expect(importArchive(target, cutOff())).rejects.toThrow()
  expect(Object.values(await allRows(target)).flat()).toEqual([])
  await importArchive(target, exportArchive(source))
  expect(await allRows(target)).toEqual(await allRows(source))
})

test('whoever owns the tables imports, and nobody has to be a superuser', async () => {
  await using source = await freshDatabase()
  await fillDatabase(source, { users: 2, tasks: 2 })
  const url = new URL(await freshServerUrl({ migrated: false }))
  const roles = [`owner_${randomUUID().slice(0, 8)}`, `guest_${randomUUID().slice(0, 8)}`] as const
  const [owner, guest] = roles
  await using admin = await openDatabase({ url: url.href, dataDir: '' })
  for (const role of roles) await admin.client.$executeRawUnsafe(`CREATE ROLE ${role} LOGIN`)
  try {
    await admin.client.$executeRawUnsafe(`GRANT CREATE ON SCHEMA public TO ${owner}`)
    await using asOwner = await openAs(url, owner)
    await asOwner.migrations.up()
    await admin.client.$executeRawUnsafe(`GRANT ALL ON ALL TABLES IN SCHEMA public TO ${guest}`)
    await using asGuest = await openAs(url, guest)
    await expect(importArchive(asGuest, exportArchive(source))).rejects.toThrow(
      'Import as the role that migrates, which owns the tables: must be owner of table users',
    )
    await importArchive(asOwner, exportArchive(source))
    expect(await allRows(asOwner)).toEqual(await allRows(source))
  } finally {
    for (const role of roles) await admin.client.$executeRawUnsafe(`DROP OWNED BY ${role} CASCADE`)
    for (const role of roles) await admin.client.$executeRawUnsafe(`DROP ROLE ${role}`)
  }
})

/** A server whose operator lets nothing take long. */
async function limited(): Promise<OpenDatabase> {
  const url = new URL(await freshServerUrl())
  {
    await using database = await openDatabase({ url: url.href, dataDir: '' })
    const name = url.pathname.slice(1)
    await database.client.$executeRawUnsafe(`ALTER DATABASE "${name}" SET idle_in_transaction_session_timeout = 200`)
    await database.client.$executeRawUnsafe(`ALTER DATABASE "${name}" SET lock_timeout = 1`)
  }
  return openDatabase({ url: url.href, dataDir: '' })
}

async function openAs(url: URL, role: string): Promise<OpenDatabase> {
  const own = new URL(url)
  own.username = role
  return openDatabase({ url: own.href, dataDir: '' })
}
