import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { OpenDatabase } from '../driver.ts'
import { openDatabase } from '../open-database.ts'
import { newTag, newTask, newUser } from '../testing/rows.ts'
import { freshServerUrl } from '../testing/server-url.ts'
import { temporaryFolder } from '../testing/temporary-folder.ts'

const folder = temporaryFolder()
let url: string
let before: Awaited<ReturnType<typeof everything>>
beforeAll(async () => {
  url = await freshServerUrl()
  await using database = await openDatabase({ url, dataDir: '' })
  await fill(database)
  before = await everything(database)
})
afterAll(() => folder[Symbol.dispose]())

/** Two users, whose tasks were changed, tagged and deleted. */
async function fill({ client }: OpenDatabase): Promise<void> {
  for (const userId of [await newUser(client), await newUser(client)]) {
    const [first, second, third] = [
      await newTask(client, userId),
      await newTask(client, userId),
      await newTask(client, userId),
    ]
    const tagId = await newTag(client, userId)
    await client.taskTag.createMany({ data: [first, second].map((taskId) => ({ userId, taskId, tagId })) })
    await client.task.update({ where: { userId_id: { userId, id: third } }, data: { deletedAt: new Date() } })
    await client.task.update({ where: { userId_id: { userId, id: first } }, data: { completed: true } })
  }
}

async function everything({ client }: OpenDatabase) {
  return {
    users: await client.user.findMany({ orderBy: { id: 'asc' } }),
    tasks: await client.task.findMany({ orderBy: { id: 'asc' } }),
    tags: await client.tag.findMany({ orderBy: { id: 'asc' } }),
    links: await client.taskTag.findMany({ orderBy: [{ taskId: 'asc' }, { tagId: 'asc' }] }),
  }
}

function dump(...options: string[]): string {
  const file = join(folder.path, `dump-${options.join('')}`)
  execFileSync('pg_dump', ['--file', file, ...options, url])
  return file
}

const dataOf = ['--data-only', '--exclude-table=_prisma_migrations', '-Fc']

/** The forms in which operators restore, into a database that has the schema or not. */
const forms: [string, { migrated: boolean; restore(target: string): void }][] = [
  ['a whole dump', { migrated: false, restore: (target) => pgRestore(target, dump('-Fc')) }],
  [
    'a whole dump over a database that is there',
    { migrated: true, restore: (target) => pgRestore(target, dump('-Fc'), '--clean', '--if-exists') },
  ],
  [
    'a whole dump of another owner',
    { migrated: false, restore: (target) => pgRestore(target, dump('-Fc'), '--no-owner', '--no-privileges') },
  ],
  ['the data alone', { migrated: true, restore: (target) => pgRestore(target, dump(...dataOf)) }],
  [
    'the data alone without triggers',
    { migrated: true, restore: (target) => pgRestore(target, dump(...dataOf), '--disable-triggers') },
  ],
  [
    'a script',
    {
      migrated: false,
      restore: (target) => run('psql', '-v', 'ON_ERROR_STOP=1', '-q', '-f', dump('-Fp'), target),
    },
  ],
]

function pgRestore(target: string, file: string, ...options: string[]): void {
  run('pg_restore', '--exit-on-error', ...options, '--dbname', target, file)
}

function run(command: string, ...parameters: string[]): void {
  execFileSync(command, parameters, { stdio: 'pipe' })
}

test.each(forms)('%s brings rows back as they were, and the triggers work on', async (_form, { migrated, restore }) => {
  const target = await freshServerUrl({ migrated })
  restore(target)
  await using database = await openDatabase({ url: target, dataDir: '' })
  expect(await everything(database)).toEqual(before)
  const user = before.users[0]
  if (user === undefined) throw new Error('There is no user')
  const id = await newTask(database.client, user.id)
  const task = await database.client.task.findUniqueOrThrow({ where: { userId_id: { userId: user.id, id } } })
  expect(task.version).toBe(user.changeSeq + 1)
  expect(await database.client.user.findUniqueOrThrow({ where: { id: user.id } })).toMatchObject({
    changeSeq: user.changeSeq + 1,
    liveTasks: user.liveTasks + 1,
  })
})

test('a temporary table of the same name does not take the place of the real one', async () => {
  await using database = await openDatabase({ url: await freshServerUrl(), dataDir: '' })
  const userId = await newUser(database.client)
  await database.client.$transaction(async (transaction) => {
    await transaction.$executeRaw`CREATE TEMP TABLE users (LIKE public.users) ON COMMIT DROP`
    await transaction.task.create({ data: { userId, title: 'Counted' } })
  })
  expect(await database.client.user.findUniqueOrThrow({ where: { id: userId } })).toMatchObject({
    changeSeq: 1,
    liveTasks: 1,
  })
})
