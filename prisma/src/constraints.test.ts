import { randomUUID } from 'node:crypto'
import { beforeAll, expect, test } from 'vitest'
import { isForeignKeyViolation, isUniqueViolation } from './errors.ts'
import type { PrismaClient } from './generated/client.ts'
import { testDatabase } from './testing/index.ts'
import { newTag, newTask, newUser } from './testing/rows.ts'

let client: PrismaClient
let userId: string

beforeAll(async () => {
  client = (await testDatabase()).client
  userId = await newUser(client)
})

const past = new Date(Date.now() - 60_000)
const future = new Date(Date.now() + 60_000)
const createTask = (data: object) => client.task.create({ data: { userId, title: 'a', ...data } })
const createTag = (data: object) => client.tag.create({ data: { userId, name: 'a', nameKey: randomUUID(), ...data } })
const createUser = (data: object) => client.user.create({ data: { email: `${randomUUID()}@example.com`, ...data } })
const createSession = (data: object) =>
  client.session.create({ data: { userId, idleExpiresAt: future, expiresAt: future, ...data } })

test.each([
  { what: 'an empty title', refused: () => createTask({ title: '' }), by: 'tasks_title_check' },
  { what: 'a title of 201', refused: () => createTask({ title: '𝒳'.repeat(201) }), by: 'tasks_title_check' },
  {
    what: 'a description of 10 001',
    refused: () => createTask({ description: 'x'.repeat(10_001) }),
    by: 'tasks_description_check',
  },
  { what: 'a tag without a name', refused: () => createTag({ name: '' }), by: 'tags_name_check' },
  { what: "a tag's name of 51", refused: () => createTag({ name: '𝒳'.repeat(51) }), by: 'tags_name_check' },
  { what: 'a live tag without a key', refused: () => createTag({ nameKey: null }), by: 'tags_name_key_check' },
  { what: 'a deleted tag with a key', refused: () => createTag({ deletedAt: past }), by: 'tags_name_key_check' },
  { what: 'a color that is none', refused: () => createTag({ color: 'red' }), by: 'tags_color_check' },
  { what: 'a color in capitals', refused: () => createTag({ color: '#FF0000' }), by: 'tags_color_check' },
  { what: 'a line after the color', refused: () => createTag({ color: '#ff0000\n' }), by: 'tags_color_check' },
  { what: 'an email in capitals', refused: () => createUser({ email: 'A@example.com' }), by: 'users_email_check' },
  { what: 'an email of 2', refused: () => createUser({ email: 'a@' }), by: 'users_email_check' },
  { what: 'an email of 255', refused: () => createUser({ email: `${'a'.repeat(254)}@` }), by: 'users_email_check' },
  { what: 'a purge past the last change', refused: () => createUser({ purgedSeq: 1 }), by: 'users_seq_check' },
  { what: 'a generation of 0', refused: () => createSession({ generation: 0 }), by: 'sessions_generation_check' },
  {
    what: 'a generation that is its own parent',
    refused: () => createSession({ generation: 2, parent: 2 }),
    by: 'sessions_parent_check',
  },
  {
    what: 'an idle expiry past the end',
    refused: () => createSession({ expiresAt: past }),
    by: 'sessions_expiry_check',
  },
])('the database refuses $what', async ({ refused, by }) => {
  await expect(refused()).rejects.toThrow(by)
})

test('lengths are code points: the longest texts that the contract allows go in', async () => {
  await createTask({ title: '𝒳'.repeat(200), description: '𝒳'.repeat(10_000) })
  await createTag({ name: '𝒳'.repeat(50), color: '#00ff7f' })
  await createUser({ email: `${'a'.repeat(242)}@example.com` })
})

test('an email is one account, and says so', async () => {
  const { email } = await createUser({})
  const error: unknown = await createUser({ email }).catch((reason: unknown) => reason)
  expect(isUniqueViolation(error)).toBe(true)
})

test('a name is one live tag of a user; deleted it is free again, and others may use it', async () => {
  const { id } = await createTag({ nameKey: 'errand' })
  const error: unknown = await createTag({ nameKey: 'errand' }).catch((reason: unknown) => reason)
  expect(isUniqueViolation(error)).toBe(true)
  await client.tag.update({ where: { userId_id: { userId, id } }, data: { nameKey: null, deletedAt: new Date() } })
  await createTag({ nameKey: 'errand' })
  await createTag({ userId: await newUser(client), nameKey: 'errand' })
})

test('the same id of two users is two tasks', async () => {
  const id = await newTask(client, userId)
  await createTask({ userId: await newUser(client), id })
  expect(await client.task.count({ where: { id } })).toBe(2)
})

test('a link across users is refused, whoever it is written for', async () => {
  const stranger = await newUser(client)
  const own = { task: await newTask(client, userId), tag: await newTag(client, userId) }
  const foreign = { task: await newTask(client, stranger), tag: await newTag(client, stranger) }
  for (const [owner, taskId, tagId] of [
    [userId, own.task, foreign.tag],
    [userId, foreign.task, own.tag],
    [userId, foreign.task, foreign.tag],
    [stranger, own.task, foreign.tag],
  ]) {
    const link = client.$executeRaw`INSERT INTO task_tags (user_id, task_id, tag_id)
      VALUES (${owner}::uuid, ${taskId}::uuid, ${tagId}::uuid)`
    await expect(link).rejects.toThrow(/task_tags_user_id_(task|tag)_id_fkey/)
  }
  const byPrisma: unknown = await client.taskTag
    .create({ data: { userId, taskId: own.task, tagId: foreign.tag } })
    .catch((reason: unknown) => reason)
  expect(isForeignKeyViolation(byPrisma)).toBe(true)
})
