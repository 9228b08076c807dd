import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { startFromSource } from '@taskwire/config/testing'
import { listChanges } from '@taskwire/domain'
import { type OpenDatabase, openDatabase } from '@taskwire/prisma'
import { temporaryDataDir, temporaryFolder } from '@taskwire/prisma/testing'
import { registeredCalls } from '@taskwire/router/testing'
import { test as base, expect } from 'vitest'
import { runCommand } from '../testing/run-command.ts'

const test = base.extend('place', async ({ task: _task }, { onCleanup }) => {
  const data = await temporaryDataDir()
  const elsewhere = temporaryFolder()
  onCleanup(() => {
    data[Symbol.dispose]()
    elsewhere[Symbol.dispose]()
  })
  const variables = { DATA_DIR: data.path, BCRYPT_COST: '4' }
  return {
    dataDir: data.path,
    file: join(elsewhere.path, 'taskwire.jsonl'),
    folder: elsewhere.path,
    variables,
    open: () => openDatabase({ dataDir: data.path }),
    run: (line: string) => runCommand(line, variables),
  }
})

async function opened<T>(open: () => Promise<OpenDatabase>, work: (database: OpenDatabase) => Promise<T>): Promise<T> {
  await using database = await open()
  return await work(database)
}

test('what is restored is what was backed up, the old database is kept, and every client starts over', async ({
  place: { dataDir, file, open, run },
}) => {
  const rowsOf = ({ client }: OpenDatabase) => client.task.findMany({ orderBy: { id: 'asc' } })
  const write = async ({ client }: OpenDatabase, userId: string, count: number) => {
    await client.task.createMany({ data: Array.from({ length: count }, () => ({ userId, title: 'Task' })) })
  }
  const { userId, rows } = await opened(open, async (database) => {
    const { id } = await database.client.user.create({ data: { email: 'ada@example.com' } })
    await write(database, id, 3)
    return { userId: id, rows: await rowsOf(database) }
  })
  expect(await run(`backup ${file}`)).toMatchObject({ exitCode: 0, results: [`Backed up 4 records to ${file}`] })
  expect(statSync(file).mode & 0o777).toBe(0o600)
  await opened(open, (database) => write(database, userId, 40))

  const { exitCode, results } = await run(`restore ${file}`)
  expect([exitCode, results[0]]).toEqual([0, 'Restored 1 users, 3 tasks; every client reads everything again'])
  const kept = readdirSync(dataDir).find((name) => name.startsWith('postgres.before-'))
  expect(results[1]).toBe(`What was there before is kept in ${join(dataDir, kept ?? '')}: delete it when all is well`)
  await opened(open, async (database) => {
    expect(await rowsOf(database)).toEqual(rows)
    await write(database, userId, 60)
    expect(await listChanges(database.client, userId, { since: 43, limit: 1 })).toMatchObject({ reset: true })
  })
}, 120_000)

test('a file that is there is replaced only where that is asked for', async ({ place: { file, run } }) => {
  writeFileSync(file, 'precious')
  expect(await run(`backup ${file}`)).toEqual({
    exitCode: 1,
    results: [],
    progress: [`${file} is there already: give another name, or --force to replace it`],
  })
  expect(readFileSync(file, 'utf8')).toBe('precious')
  expect((await run(`backup ${file} --force --json`)).results.map((line) => JSON.parse(line))).toEqual([
    { file, records: 0 },
  ])
})

test('a backup that is cut short or altered is refused before anything is touched', async ({
  place: { dataDir, file, folder, run },
}) => {
  await run(`backup ${file}`)
  const before = readdirSync(dataDir)
  const whole = readFileSync(file, 'utf8')
  for (const broken of [whole.slice(0, -20), whole.replace('taskwire', 'tastwire'), '', 'x']) {
    const path = join(folder, 'broken')
    writeFileSync(path, broken)
    const { exitCode, progress } = await run(`restore ${path}`)
    expect([exitCode, progress.length]).toEqual([1, 1])
    expect(progress[0]).toMatch(/^(The archive|This is not an archive)/)
  }
  expect(readdirSync(dataDir)).toEqual(before)
})

test('on a PostgreSQL server both say what to use', async ({ place: { file } }) => {
  const variables = { DATABASE_URL: 'postgresql://127.0.0.1:1/nowhere' }
  expect((await runCommand(`backup ${file}`, variables)).progress).toEqual([
    'DATABASE_URL names a PostgreSQL server: use pg_dump, or `pnpm taskwire export`',
  ])
  expect((await runCommand(`restore ${file}`, variables)).progress).toEqual([
    'DATABASE_URL names a PostgreSQL server: use pg_restore, or `pnpm taskwire import` into an empty database',
  ])
})

test('where there is no database, none is made', async ({ place: { folder, file } }) => {
  const nowhere = join(folder, 'nowhere')
  expect((await runCommand(`backup ${file}`, { DATA_DIR: nowhere })).progress).toEqual([
    `There is no embedded database in ${nowhere}`,
  ])
  expect(readdirSync(folder)).toEqual([])
})

test('a server that runs is asked for the backup, and has to be stopped for a restore', async ({
  place: { dataDir, file, run, variables },
}) => {
  {
    await using server = startFromSource(variables, ['--liftoff-only'])
    const { mutate } = await registeredCalls({ url: await server.url })
    await mutate('task.create', { json: { title: 'Written through the server' } })
    expect(await run(`backup ${file}`)).toMatchObject({ exitCode: 0, results: [`Backed up 3 records to ${file}`] })
    expect((await run(`restore ${file}`)).progress.at(-1)).toBe(
      `The embedded database in ${dataDir} is in use by a running server: stop it, or set DATABASE_URL`,
    )
    server.kill('SIGKILL')
    await server.ended
  }
  // The socket that it has left leads nowhere.
  expect(await run(`backup ${file} --force`)).toMatchObject({ exitCode: 0 })
}, 90_000)
