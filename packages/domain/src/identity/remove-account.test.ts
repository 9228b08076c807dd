import { type Database, isForeignKeyViolation } from '@taskwire/prisma'
import { testDatabase } from '@taskwire/prisma/testing'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { listChanges } from '../feed/list-changes.ts'
import { createTag } from '../tag.ts'
import { bulkDeleteTasks } from '../task/bulk-tasks.ts'
import { createTask } from '../task/create-task.ts'
import { updateTask } from '../task/update-task.ts'
import { findAccount, listAccounts } from './accounts.ts'
import { createApiToken } from './api-tokens.ts'
import { deleteAccount, deleteAccountOf } from './delete-account.ts'
import { getUser } from './get-user.ts'
import type { Identity } from './identity.ts'
import { login } from './login.ts'
import { refresh } from './refresh.ts'
import { register } from './register.ts'
import { removeAccount, removeDeletedAccounts } from './remove-account.ts'
import type { SignIn } from './session.ts'
import { testIdentity } from './testing/test-identity.ts'

const password = 'correct horse battery staple'
const place = { device: { userAgent: null, ip: null }, replacedToken: null, network: null }
/** More than goes while the owner waits. */
const TASKS = 1_010

let db: Awaited<ReturnType<typeof testDatabase>>['client']
let identity: Identity
beforeAll(async () => {
  db = (await testDatabase()).client
  identity = testIdentity(db)
})
afterAll(() => identity.passwords.close())

let email: string
let userId: string
let session: SignIn
beforeEach(async () => {
  await db.$executeRaw`TRUNCATE users CASCADE`
  email = `${crypto.randomUUID()}@example.com`
  session = await register(db, identity, { email, password, ...place })
  userId = session.result.user.id
  await fill(userId)
})

/** Each task has two tags. Past the triggers, which stamp row by row. */
async function fill(owner: string): Promise<void> {
  await db.$transaction([
    db.$executeRaw`SET LOCAL session_replication_role = replica`,
    db.$executeRaw`
      INSERT INTO tags (user_id, id, name, name_key)
      SELECT ${owner}::uuid, lpad(n::text, 32, '0')::uuid, 'Tag ' || n, 'tag ' || n FROM generate_series(1, 2) AS n`,
    db.$executeRaw`
      INSERT INTO tasks (user_id, id, title)
      SELECT ${owner}::uuid, lpad(n::text, 32, '0')::uuid, 'Task' FROM generate_series(1, ${TASKS}::int) AS n`,
    db.$executeRaw`
      INSERT INTO task_tags (user_id, task_id, tag_id)
      SELECT user_id, id, lpad(n::text, 32, '0')::uuid FROM tasks, generate_series(1, 2) AS n
      WHERE user_id = ${owner}::uuid`,
    db.$queryRaw`SELECT recount_user(${owner}::uuid)::text`,
  ])
}

async function rowsOf(owner: string) {
  const where = { userId: owner }
  return {
    users: await db.user.count({ where: { id: owner } }),
    tasks: await db.task.count({ where }),
    links: await db.taskTag.count({ where }),
    tags: await db.tag.count({ where }),
    sessions: await db.session.count({ where }),
  }
}

const full = { users: 1, tasks: TASKS, links: 2 * TASKS, tags: 2, sessions: 1 }
const nothing = { users: 0, tasks: 0, links: 0, tags: 0, sessions: 0 }

describe('a large account that is deleted', () => {
  beforeEach(() => deleteAccount(db, identity, { caller: { kind: 'internal', userId }, password }))

  test('is gone for everybody at once, though its rows are not', async () => {
    expect(await rowsOf(userId)).toEqual(full)
    await expect(login(db, identity, { email, password, ...place })).rejects.toThrow('INVALID_CREDENTIALS')
    await expect(refresh(db, identity, session.refreshToken.token)).rejects.toThrow('SESSION_REVOKED')
    await expect(getUser(db, userId)).rejects.toThrow('SESSION_REVOKED')
    await expect(listChanges(db, userId, { since: 0, limit: 10 })).rejects.toThrow('SESSION_REVOKED')
    await expect(findAccount(db, email)).rejects.toThrow('NOT_FOUND')
    expect((await listAccounts(db, { limit: 1_000 })).map(({ id }) => id)).not.toContain(userId)
    await expect(deleteAccountOf(db, identity, email)).rejects.toThrow('NOT_FOUND')
  })

  test('gives its address to the next who registers, whose things stay', async () => {
    const next = await register(db, identity, { email, password, ...place })
    expect(next.result.user.email).toBe(email)
    await fill(next.result.user.id)
    expect(await removeDeletedAccounts(db)).toBe(1)
    expect(await rowsOf(userId)).toEqual(nothing)
    expect(await rowsOf(next.result.user.id)).toEqual(full)
  })

  const id = '00000000-0000-0000-0000-000000000001'
  const writes: Record<string, (database: Database) => Promise<unknown>> = {
    'a new task': () => createTask(db, userId, { title: 'x', maxTasks: 100_000 }),
    'a task that is changed': () => updateTask(db, userId, { id, title: 'y' }),
    'tasks that are deleted': () => bulkDeleteTasks(db, userId, { ids: [id] }),
    'a new tag': () => createTag(db, userId, { name: 'x', maxTags: 1_000 }),
    'a row that somebody adds by hand': () => db.task.create({ data: { userId, title: 'x' } }),
  }
  test('takes nothing any more', async () => {
    for (const [what, write] of Object.entries(writes)) {
      await expect(write(db), what).rejects.toSatisfy(isForeignKeyViolation)
    }
    expect(await rowsOf(userId)).toEqual(full)
  })

  test('gets no API token from an operator who found it a moment before', async () => {
    await expect(createApiToken(db, identity, { userId, name: 'Late' })).rejects.toThrow('SESSION_REVOKED')
  })

  test('goes in smaller pieces where the database has no time for larger ones', async ({ onTestFinished }) => {
    onTestFinished(async () => {
      await db.$executeRaw`DROP FUNCTION tire CASCADE`
      await db.$executeRaw`DROP SEQUENCE deletions`
    })
    await db.$transaction([
      db.$executeRaw`CREATE SEQUENCE deletions`,
      db.$executeRaw`
        CREATE FUNCTION tire() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
          PERFORM nextval('deletions');
          IF (SELECT count(*) FROM gone) > 450 THEN
            RAISE query_canceled USING MESSAGE = 'canceling statement due to statement timeout';
          END IF;
          RETURN NULL;
        END $$`,
      db.$executeRaw`
        CREATE TRIGGER tire AFTER DELETE ON tasks REFERENCING OLD TABLE AS gone FOR EACH STATEMENT EXECUTE FUNCTION tire()`,
    ])
    await db.$executeRaw`UPDATE users SET removal_at = NULL WHERE id = ${userId}::uuid`
    expect(await removeDeletedAccounts(db)).toBe(1)
    const [{ statements }] = await db.$queryRaw<[{ statements: number }]>`
      SELECT last_value::int AS statements FROM deletions`
    expect(await rowsOf(userId)).toEqual(nothing)
    // One of 500, which was too much; then 50 each at least; one that found none any more; and that of the account itself.
    expect(statements).toBeLessThanOrEqual(1 + TASKS / 50 + 1 + 1)
  })

  test('does not keep those that come after it where it cannot be removed', async ({ onTestFinished }) => {
    onTestFinished(async () => {
      await db.$executeRaw`DROP FUNCTION refuse CASCADE`
      await removeAccount(db, userId)
    })
    const other = crypto.randomUUID()
    await db.$executeRaw`
      INSERT INTO users (id, email, deleted_at) VALUES (${other}::uuid, ${other}, clock_timestamp())`
    await db.$executeRaw`UPDATE users SET removal_at = NULL WHERE id = ${userId}::uuid`
    await db.$transaction([
      db.$executeRaw`
        CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'damaged'; END $$`,
      db.$executeRaw`CREATE TRIGGER refuse BEFORE DELETE ON tasks FOR EACH ROW EXECUTE FUNCTION refuse()`,
    ])
    await expect(removeDeletedAccounts(db)).rejects.toThrow(`What is left of account ${userId} cannot be removed`)
    await db.$executeRaw`UPDATE users SET removal_at = removal_at - interval '11 seconds' WHERE id = ${userId}::uuid`
    await expect(removeDeletedAccounts(db)).rejects.toThrow(userId)
    expect(await db.user.count({ where: { id: other } })).toBe(0)
  })

  test('goes on going where another process takes it up that finds nobody at work', async () => {
    const stopping = new AbortController()
    const seen: number[] = []
    const stop = (tasks: number) => {
      seen.push(tasks)
      stopping.abort()
    }
    expect(await removeAccount(db, userId, { onProgress: stop, signal: stopping.signal })).toBe(false)
    const left = await rowsOf(userId)
    expect(left).toMatchObject({ users: 1, tasks: TASKS - (seen[0] ?? 0) })
    expect(left.links).toBe(2 * left.tasks)
    const { liveTasks } = await db.user.findUniqueOrThrow({ where: { id: userId } })
    expect(liveTasks).toBe(left.tasks)

    // Somebody has removed rows a moment ago, and may be about to go on.
    expect(await removeDeletedAccounts(db)).toBe(0)
    await db.$executeRaw`UPDATE users SET removal_at = removal_at - interval '11 seconds' WHERE id = ${userId}::uuid`
    expect(await removeDeletedAccounts(db)).toBe(1)
    expect(await rowsOf(userId)).toEqual(nothing)
  })
})

test('an account that is not deleted keeps its rows, whoever asks for their removal', async () => {
  await removeAccount(db, userId)
  expect(await rowsOf(userId)).toEqual(full)
})

test('a small account is gone when the call answers', async () => {
  const small = `${crypto.randomUUID()}@example.com`
  const { result } = await register(db, identity, { email: small, password, ...place })
  expect(await deleteAccountOf(db, identity, small)).toEqual({ id: result.user.id, tasks: 0, gone: true })
  expect(await rowsOf(result.user.id)).toEqual(nothing)
})
