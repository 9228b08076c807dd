import { createHash } from 'node:crypto'
import { type OpenDatabase, readCatalog } from '@taskwire/prisma'
import { freshDatabase, testDatabase } from '@taskwire/prisma/testing'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { exportAccountArchive } from './export-account-archive.ts'
import { exportArchive } from './export-archive.ts'
import { importArchive } from './import-archive.ts'
import { verifyArchive } from './read-archive.ts'
import { readLines } from './read-lines.ts'
import { archiveKindNames, archiveKinds, columnOf, fieldsOf } from './records.ts'
import { allRows, fillDatabase } from './testing/rows.ts'

let source: OpenDatabase
let target: OpenDatabase
let archive: string
beforeAll(async () => {
  source = await testDatabase()
  target = await freshDatabase()
  await fillDatabase(source, { users: 3, tasks: 12 })
  archive = await textOf(exportArchive(source))
})
afterEach(emptyTarget)
afterAll(async () => {
  await target.close()
})

test('what is imported equals what was exported, row by row', async () => {
  const summary = await importArchive(target, linesOf(archive))
  const rows = await allRows(source)
  expect(await allRows(target)).toEqual(rows)
  expect(summary.counts).toEqual(Object.fromEntries(archiveKindNames.map((kind) => [kind, rows[kind]?.length])))
})

test('after an import the database stamps, counts and compares as any other', async () => {
  await importArchive(target, linesOf(archive))
  const { userId, id, version } = await target.client.task.findFirstOrThrow({ where: { deletedAt: null } })
  const before = await target.client.user.findUniqueOrThrow({ where: { id: userId } })
  expect(before.purgedSeq, 'every client starts over').toBe(before.changeSeq)
  expect(before.changeSeq).toBeGreaterThan(1_000_000)

  const { count } = await target.client.task.updateMany({ where: { userId, id, version }, data: { title: 'Changed' } })
  expect(count).toBe(1)
  const added = await target.client.task.create({ data: { userId, title: 'Added' } })
  expect(added.version).toBe(before.changeSeq + 2)
  const after = await target.client.user.findUniqueOrThrow({ where: { id: userId } })
  expect(after.liveTasks).toBe(before.liveTasks + 1)
})

test('every column is in an archive, or is known to be derived or begun anew', async () => {
  const derived = ['deleted_at', 'removal_at', 'live_tasks', 'deleted_tasks', 'live_tags', 'deleted_tags']
  const held = archiveKindNames.flatMap((kind) => {
    const { table, owned } = archiveKinds[kind]
    return [...fieldsOf(kind).map(columnOf), ...(owned ? ['user_id'] : [])].map((column) => `${table}.${column}`)
  })
  const there = (await readCatalog(source.client)).filter(({ kind }) => kind === 'column').map(({ name }) => name)
  expect(there.sort()).toEqual([...held, ...derived.map((column) => `users.${column}`)].sort())
})

test('an account that has been deleted is not exported, nor what is left of it', async () => {
  const [, gone = ''] = await fillDatabase(target, { users: 3, tasks: 5 })
  await target.client.user.update({ where: { id: gone }, data: { deletedAt: new Date() } })
  const text = await textOf(exportArchive(target))
  expect(text).not.toContain(gone)
  await emptyTarget()
  const { counts } = await importArchive(target, linesOf(text))
  expect(counts).toMatchObject({ user: 2, task: 5 })
})

test('an archive can be loaded though somebody left and came back while it was made', async () => {
  const { id, email } = await target.client.user.create({ data: { email: `${crypto.randomUUID()}@example.com` } })
  const lines = exportArchive(target)
  const told = [(await lines.next()).value, (await lines.next()).value]
  expect(told.join('')).toContain(email)
  await target.client.user.delete({ where: { id } })
  await target.client.user.create({ data: { email } })
  for await (const line of lines) told.push(line)
  await emptyTarget()
  expect((await importArchive(target, linesOf(told.join('')))).counts).toMatchObject({ user: 1 })
})

test('a row that no archive can hold is named, and nothing seems whole', async () => {
  const { id: userId } = await target.client.user.create({ data: { email: 'ada@example.com' } })
  const { id } = await target.client.task.create({ data: { userId, title: 'For ever' } })
  await target.client.$executeRaw`UPDATE tasks SET due_at = 'infinity'`
  await expect(textOf(exportArchive(target))).rejects.toThrow(
    `The task ${id} cannot be exported: its dueAt is "infinity"`,
  )
})

describe('an archive that is not whole is refused, and the database stays as it was', () => {
  test('cut short at any byte', async () => {
    const bytes = Buffer.from(archive)
    for (const length of [0, 1, 50, ...somePlaces(bytes.length), bytes.length - 1]) {
      await expect(verifyArchive(readLines(bytesOf(bytes.subarray(0, length)))), `${length} bytes`).rejects.toThrow(
        /^(The archive is (empty|cut short: its end is missing)|This is not an archive of Taskwire, or it was altered)$/,
      )
    }
  })

  test('with one byte altered', async () => {
    const bytes = Buffer.from(archive)
    const trailer = Buffer.byteLength(archive.slice(0, archive.lastIndexOf('\n', archive.length - 2)))
    const inTrailer = somePlaces(bytes.length - trailer).map((place) => trailer + place)
    for (const place of [0, 20, ...somePlaces(bytes.length), ...inTrailer, bytes.length - 1]) {
      const altered = Buffer.from(bytes)
      altered[place] = (bytes[place] ?? 0) ^ 1
      await expect(verifyArchive(readLines(bytesOf(altered))), `byte ${place}`).rejects.toMatchObject({
        name: 'ArchiveError',
      })
    }
  })

  test.each<[what: string, archive: () => string, message: RegExp]>([
    ['empty', () => '', /^The archive is empty$/],
    ['cut short', () => archive.slice(0, -200), /^The archive is cut short: its end is missing$/],
    ['two in one', () => archive + archive, /^The archive goes on after its end/],
    ['another file', () => '-- PostgreSQL database dump\n', /^This is not an archive of Taskwire, or it was altered$/],
    ['without a row', () => archive.replace(/\{"type":"session".*\n/, ''), /^The archive was altered: its checksum/],
    [
      'of a newer format',
      () => archive.replace('"format":1', '"format":2'),
      /^The archive is of format 2, and this program knows 1: use a newer one$/,
    ],
    [
      'of a newer database',
      () => archive.replace(/"migration":"[^"]*"/, '"migration":"29990101000000_ahead"'),
      /which this program does not know: use a newer one$/,
    ],
    [
      "one user's own data",
      () => archive.replace('"scope":"everything"', '"scope":"account"'),
      /^This is one user's own data, without what signing in takes: it cannot be imported$/,
    ],
  ])('%s', async (_what, text, message) => {
    await expect(verifyArchive(linesOf(text()))).rejects.toThrow(message)
    await expect(importArchive(target, linesOf(text()))).rejects.toThrow(message)
    expect(Object.values(await allRows(target)).flat()).toEqual([])
  })
})

const UUID = '01981f0e-6c1a-7cc3-9d5c-2f1c4a2f7a10'
const OTHER = '01981f0e-6c1a-7cc3-9d5c-2f1c4a2f7a11'
const AT = '2026-11-20T08:15:00.000Z'
const times = { createdAt: AT, updatedAt: AT }
const user = {
  ...{ type: 'user', id: UUID, email: 'ada@example.com', passwordHash: null, isActive: true },
  ...{ changeSeq: 10, purgedSeq: 0, ...times },
}
const other = { ...user, id: OTHER, email: 'bob@example.com' }
const task = {
  ...{ type: 'task', id: UUID, title: 'Mine', description: null, completed: false, completedAt: null, dueAt: null },
  ...{ version: 1, ...times, deletedAt: null },
}
const tag = { type: 'tag', id: UUID, name: 'a', nameKey: 'a', color: null, version: 1, ...times, deletedAt: null }
const link = { type: 'link', taskId: UUID, tagId: UUID }

describe('an archive that somebody has written, with the right checksum, is refused', () => {
  test.each<[what: string, records: object[]]>([
    ['a task of nobody', [task]],
    ['the same task twice', [user, task, task]],
    ['the same user twice', [user, user]],
    ['a tag after the tasks', [user, task, tag]],
    ['a user after what is nobody’s', [deletion(), user]],
    ['a negative version', [user, { ...task, version: -1 }]],
    ['a version that the user has not counted to', [user, { ...task, version: 11 }]],
    ['a version that is no number', [user, { ...task, version: '1; DROP TABLE users' }]],
    ['a date that is none', [user, { ...task, dueAt: 'NaN' }]],
    ['the 30th of February', [user, { ...task, dueAt: '2026-02-30T00:00:00Z' }]],
    ['a date finer than what is stored', [user, { ...task, dueAt: '2026-02-20T00:00:00.0001Z' }]],
    ['a NUL', [user, { ...task, title: 'a\0b' }]],
    ['half a surrogate pair', [user, { ...task, title: '\ud83d' }]],
    ['a field too many', [user, { ...task, userId: OTHER }]],
    ['a field too few', [user, { ...task, title: undefined }]],
    ['users in another order', [other, user]],
    ["another user's task among one's own", [user, { ...task, user_id: OTHER }]],
    ['an unknown kind', [user, { ...task, type: 'toString' }]],
    ['a line that is longer than any', [user, { ...task, description: 'x'.repeat(2_000_000) }]],
  ])('%s', async (_what, records) => {
    const text = written(records)
    await expect(verifyArchive(linesOf(text))).rejects.toMatchObject({ name: 'ArchiveError' })
    await expect(importArchive(target, linesOf(text))).rejects.toMatchObject({ name: 'ArchiveError' })
    expect(Object.values(await allRows(target)).flat()).toEqual([])
  })

  test('counts that are not those of its records', async () => {
    const text = written([user, task]).replace('"task":1', '"task":2')
    await expect(verifyArchive(linesOf(text))).rejects.toThrow('The archive was altered: it has not all of kind task')
  })

  test('a prototype in a record', async () => {
    const text = written([user, task]).replace('"title":"Mine"', '"title":"Mine","__proto__":{"isActive":true}')
    await expect(verifyArchive(linesOf(resealed(text)))).rejects.toMatchObject({ name: 'ArchiveError' })
  })

  test.each<[what: string, records: object[], message: RegExp]>([
    ['two users with one address', [user, { ...other, email: user.email }], /"users_email_key"/],
    ["a link to another user's task", [user, task, other, { ...tag, id: OTHER }, { ...link, tagId: OTHER }], /_fkey"/],
    ['a title that is too long', [user, { ...task, title: 'x'.repeat(201) }], /"tasks_title_check"/],
    ['a completed task without its date', [user, { ...task, completed: true }], /"tasks_completed_at_check"/],
    ['an address in capitals', [{ ...user, email: 'ADA@example.com' }], /"users_email_check"/],
    ['a year that is none', [user, { ...task, dueAt: '0000-01-01T00:00:00Z' }], /out of range/],
  ])('by the database: %s', async (_what, records, message) => {
    await expect(importArchive(target, linesOf(written(records)))).rejects.toMatchObject({
      name: 'ArchiveError',
      message: expect.stringMatching(message),
    })
    expect(Object.values(await allRows(target)).flat()).toEqual([])
    const { id } = await target.client.user.create({ data: { email: 'eve@example.com' } })
    const { version } = await target.client.task.create({ data: { userId: id, title: 'The triggers work' } })
    expect(version).toBe(1)
  })
})

test('what looks like SQL is a text as any other', async () => {
  const title = `'); DROP TABLE users; -- $1 \${title}`
  await importArchive(target, linesOf(written([user, { ...task, title }])))
  expect(await target.client.task.findMany({ select: { title: true } })).toEqual([{ title }])
})

test('an archive is imported into nothing but an empty database', async () => {
  await target.client.user.create({ data: { email: 'ada@example.com' } })
  await expect(importArchive(target, linesOf(archive))).rejects.toThrow(
    'The database is not empty: import into a new one, after `pnpm taskwire migrate up`',
  )
  expect(await target.client.user.count()).toBe(1)
})

test('a database of another schema is told to be migrated', async () => {
  const [last = ''] = await target.migrations.down()
  const message = `The database lacks the migration ${last}: run \`pnpm taskwire migrate up\``
  await expect(importArchive(target, linesOf(archive))).rejects.toThrow(message)
  await expect(textOf(exportArchive(target))).rejects.toThrow(message)
  await target.migrations.up()
})

describe('more rows than are read at once come as they were at one moment, while their owner writes', () => {
  const TASKS = 6_000
  const policy = { passwordMinLength: 8, refreshIdleTtlSeconds: 60, refreshAbsoluteTtlSeconds: 60 }

  test.each<[what: string, lines: () => AsyncIterable<string>, link: RegExp]>([
    ['everything', () => exportArchive(target), /^\{"type":"link"/gm],
    [
      'one account',
      () => exportAccountArchive(target, { policy }, 'ada@example.com'),
      /^\{"type":"task".*"tags":\[\{/gm,
    ],
  ])('%s', async (_what, lines, link) => {
    const { id: userId } = await target.client.user.create({ data: { email: 'ada@example.com' } })
    const { id: tagId } = await target.client.tag.create({ data: { userId, name: 'a', nameKey: 'a' } })
    await target.client.$transaction([
      target.client.$executeRaw`SET LOCAL session_replication_role = replica`,
      target.client.$executeRaw`
        INSERT INTO tasks (user_id, id, title)
        SELECT ${userId}::uuid, gen_random_uuid(), 'Before' FROM generate_series(1, ${TASKS}::int)`,
      target.client.$executeRaw`INSERT INTO task_tags SELECT user_id, id, ${tagId}::uuid FROM tasks`,
      target.client.$queryRaw`SELECT recount_user(${userId}::uuid)::text`,
    ])
    let text = ''
    let written = false
    for await (const line of lines()) {
      text += line
      if (written || !line.startsWith('{"type":"task"')) continue
      written = true
      await target.client.taskTag.deleteMany()
      await target.client.$executeRaw`DELETE FROM tasks WHERE id > '80000000-0000-0000-0000-000000000000'`
      await target.client.task.create({ data: { userId, title: 'After' } })
    }
    expect(text.match(/"title":"Before"/g)).toHaveLength(TASKS)
    expect(text.match(link)).toHaveLength(TASKS)
    expect(text).not.toContain('After')
    expect(await target.client.task.count({ where: { title: 'After' } })).toBe(1)
  })
})

test('whoever stops reading in the middle leaves the database to others', async () => {
  for await (const _line of exportArchive(source)) break
  expect(await source.client.user.count()).toBe(3)
  await source.client.user.updateMany({ data: { isActive: true } })
})

async function emptyTarget(): Promise<void> {
  await target.client.$executeRaw`TRUNCATE users, external_deletions CASCADE`
}

async function textOf(lines: AsyncIterable<string>): Promise<string> {
  let text = ''
  for await (const line of lines) text += line
  return text
}

function linesOf(text: string): AsyncIterable<string> {
  return readLines(bytesOf(Buffer.from(text)))
}

/** In pieces that end anywhere, also in the middle of a character. */
async function* bytesOf(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  for (let start = 0; start < bytes.length; start += 1_009) yield bytes.subarray(start, start + 1_009)
}

function somePlaces(length: number): number[] {
  return Array.from({ length: 40 }, () => Math.floor(Math.random() * length))
}

function deletion(): object {
  return { type: 'externalDeletion', issuer: 'a', subject: 'b', issuedBefore: AT, until: AT }
}

/** An archive of these records, as somebody could write it who knows the format. */
function written(records: object[]): string {
  return resealed([archive.split('\n', 1)[0], ...records.map((record) => JSON.stringify(record))].join('\n'))
}

function resealed(text: string): string {
  const lines = text.trimEnd().split('\n')
  const counts = Object.fromEntries(archiveKindNames.map((kind) => [kind, 0]))
  for (const line of lines.slice(1)) {
    const { type } = JSON.parse(line)
    if (type in counts) counts[type] = (counts[type] ?? 0) + 1
  }
  const sha256 = createHash('sha256')
    .update(`${lines.join('\n')}\n`)
    .digest('hex')
  return `${[...lines, JSON.stringify({ type: 'trailer', counts, sha256 })].join('\n')}\n`
}
