import { expect } from 'vitest'
import type { Services } from './services.ts'
import { test as base } from './testing/fixture.ts'
import { refusalOf, type TestUser, testUser } from './testing/index.ts'

/** What a page may have, and a little for what is not text. */
const MOST_BYTES = 1_000_000

interface Rows {
  count: number
  description: string
}

/** As a restored database may hold them: past the API, and without the triggers that stamp each. */
async function userWithTasks(services: Services, { count, description }: Rows): Promise<TestUser> {
  const me = await testUser(services)
  await services.db.$transaction([
    services.db.$executeRaw`SET LOCAL session_replication_role = replica`,
    services.db.$executeRaw`
      INSERT INTO tasks (user_id, id, title, description, version)
      SELECT ${me.user.id}::uuid, gen_random_uuid(), 'Task ' || number, ${description}, number
      FROM generate_series(1, ${count}::int) number`,
    services.db.$executeRaw`UPDATE users SET change_seq = ${count}::int WHERE id = ${me.user.id}::uuid`,
  ])
  return me
}

/** Owners of such tasks that tests only read: one for all tests of the same rows. */
const test = base.extend('ownerOf', { scope: 'file' }, ({ services }) => {
  const owners = new Map<Rows['description'], Promise<TestUser>>()
  return (rows: Rows) => {
    const owner = owners.get(rows.description) ?? userWithTasks(services, rows)
    owners.set(rows.description, owner)
    return owner
  }
})

interface Walk {
  /** Titles, in the order in which they came. */
  titles: string[]
  /** Of each page, in bytes. */
  sizes: number[]
}

async function walkTasks({ caller }: TestUser, limit: number): Promise<Walk> {
  const walk: Walk = { titles: [], sizes: [] }
  for (let cursor: string | null | undefined; cursor !== null; ) {
    const page = await caller.task.list({ limit, sort: 'title', order: 'asc', cursor })
    walk.titles.push(...page.items.map(({ title }) => title))
    walk.sizes.push(Buffer.byteLength(JSON.stringify(page)))
    cursor = page.nextCursor
  }
  return walk
}

async function walkChanges({ caller }: TestUser, limit: number): Promise<Walk> {
  const walk: Walk = { titles: [], sizes: [] }
  for (let since = 0, hasMore = true; hasMore; ) {
    const page = await caller.change.list({ since, limit })
    walk.titles.push(...page.changes.map((change) => (change.type === 'task' ? (change.task?.title ?? '') : '')))
    walk.sizes.push(Buffer.byteLength(JSON.stringify(page)))
    since = page.version
    hasMore = page.hasMore
  }
  return walk
}

const walks = [
  { list: 'task.list', walk: walkTasks, limit: 100 },
  { list: 'change.list', walk: walkChanges, limit: 500 },
]
const longRows = [
  { rows: 'control characters', description: '\u0001'.repeat(10_000) },
  { rows: 'emoji', description: '😀'.repeat(10_000) },
]

test.for(walks.flatMap((one) => longRows.map((rows) => ({ ...one, ...rows }))))(
  '$list gives tasks full of $rows in pages of a megabyte, each once and none left out',
  async ({ walk, limit, description }, { ownerOf }) => {
    const { titles, sizes } = await walk(await ownerOf({ count: 120, description }), limit)
    expect(titles).toHaveLength(120)
    expect(new Set(titles).size).toBe(120)
    expect(Math.max(...sizes)).toBeLessThanOrEqual(MOST_BYTES)
    // Filled, all but the last.
    expect(Math.min(...sizes.slice(0, -1))).toBeGreaterThan(0.9 * MOST_BYTES)
  },
)

test.for(walks)(
  '$list gives 10 000 tasks of 300 bytes in no more pages than their number asks for',
  async ({ walk, limit }, { ownerOf }) => {
    const { titles, sizes } = await walk(await ownerOf({ count: 10_000, description: 'x'.repeat(300) }), limit)
    expect(new Set(titles).size).toBe(10_000)
    expect(sizes).toHaveLength(10_000 / limit)
  },
)

test('tags count for the bytes of a page', async ({ services }) => {
  const me = await userWithTasks(services, { count: 100, description: '' })
  await services.db.$transaction([
    services.db.$executeRaw`SET LOCAL session_replication_role = replica`,
    services.db.$executeRaw`
      INSERT INTO tags (user_id, id, name, name_key, version)
      SELECT ${me.user.id}::uuid, gen_random_uuid(), repeat('😀', 47) || number, number, 0 FROM generate_series(100, 149) number`,
    services.db.$executeRaw`
      INSERT INTO task_tags SELECT task.user_id, task.id, tag.id FROM tasks task JOIN tags tag ON tag.user_id = task.user_id
      WHERE task.user_id = ${me.user.id}::uuid`,
  ])
  for (const { walk, limit } of walks) {
    const { titles, sizes } = await walk(me, limit)
    expect(new Set(titles.filter((title) => title !== '')).size).toBe(100)
    expect(Math.max(...sizes)).toBeLessThanOrEqual(MOST_BYTES)
    expect(sizes.length).toBeGreaterThan(1)
  }
})

test('a numbered page is whole or refused: whoever goes on by limit leaves nothing out', async ({ services }) => {
  const me = await userWithTasks(services, { count: 40, description: '\u0001'.repeat(10_000) })
  expect(await refusalOf(me.client.task.list.query({ offset: 0, limit: 20 }))).toMatchObject({
    reason: 'PAYLOAD_TOO_LARGE',
  })
  const met = new Set<string>()
  for (let offset = 0; offset < 40; offset += 10) {
    for (const { id } of (await me.caller.task.list({ offset, limit: 10 })).items) met.add(id)
  }
  expect(met.size).toBe(40)
})

test('ten thousand tags are listed, and what no answer can hold is refused', async ({ me, services }) => {
  const addTags = (from: number, to: number) =>
    services.db.$transaction([
      services.db.$executeRaw`SET LOCAL session_replication_role = replica`,
      services.db.$executeRaw`
      INSERT INTO tags (user_id, id, name, name_key, version)
      SELECT ${me.user.id}::uuid, gen_random_uuid(), 'Tag number ' || number, number, number
      FROM generate_series(${from}::int, ${to}::int) number`,
    ])
  await addTags(1, 10_000)
  expect(await me.caller.tag.list()).toHaveLength(10_000)
  await addTags(10_001, 15_000)
  expect(await refusalOf(me.client.tag.list.query())).toMatchObject({ reason: 'PAYLOAD_TOO_LARGE' })
})
