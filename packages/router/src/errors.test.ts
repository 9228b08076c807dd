import type { ErrorData } from '@taskwire/contract'
import { freshDatabase } from '@taskwire/prisma/testing'
import { getUntypedClient } from '@trpc/client'
import { describe, expect } from 'vitest'
import { test } from './testing/fixture.ts'
import { refusalOf, type TestUser, testServices, testUser } from './testing/index.ts'

/** As a client that does not check its types: whatever somebody may send. */
function query({ client }: TestUser, path: string, input?: unknown): Promise<ErrorData> {
  return refusalOf(getUntypedClient(client).query(path, input))
}

function mutate({ client }: TestUser, path: string, input?: unknown): Promise<ErrorData> {
  return refusalOf(getUntypedClient(client).mutation(path, input))
}

function invalid(...issues: { path: string; message: string }[]) {
  const told = issues.map((issue) => expect.objectContaining(issue))
  return { code: 'BAD_REQUEST', httpStatus: 400, reason: 'VALIDATION_FAILED', requestId: 'test', issues: told }
}

/** Nobody's. */
const id = '0199c0de-0000-7000-8000-000000000000'

describe('a mistaken input is refused with an issue for each field', () => {
  test.for([
    ['task.create', {}, [{ path: 'title', message: 'Title is required' }]],
    ['task.create', { title: ' ' }, [{ path: 'title', message: 'Title must have 1 to 200 characters' }]],
    ['task.create', { title: 'a\0b' }, [{ path: 'title', message: 'Title contains characters that cannot be stored' }]],
    [
      'task.create',
      { title: '\ud800' },
      [{ path: 'title', message: 'Title contains characters that cannot be stored' }],
    ],
    [
      'task.create',
      { title: 'a\nb', description: 'a\x1bb' },
      [
        { path: 'title', message: 'Title contains control characters: it is one line, without tabs' },
        {
          path: 'description',
          message: 'Description contains control characters: of these only tab and line feed are allowed',
        },
      ],
    ],
    [
      'task.update',
      { id, description: 'a\r\nb' },
      [{ path: 'description', message: 'Description contains carriage returns: end its lines with \\n alone' }],
    ],
    [
      'tag.create',
      { name: 'a\tb' },
      [{ path: 'name', message: 'Name contains control characters: it is one line, without tabs' }],
    ],
    ['task.create', { title: 'x', dueAt: '2026-01-01' }, [{ path: 'dueAt', message: 'Not a valid date' }]],
    ['task.create', { title: 'x', dueAt: new Date(Number.NaN) }, [{ path: 'dueAt', message: 'Not a valid date' }]],
    ['task.create', { title: 'x', tagIds: [id, 'tag'] }, [{ path: 'tagIds.1', message: 'Id must be a UUID' }]],
    ['task.create', { title: 'x', userId: id }, [{ path: 'userId', message: 'Unknown field' }]],
    ['task.create', { title: 'x', version: 7 }, [{ path: 'version', message: 'Unknown field' }]],
    ['task.update', { id, title: 'x', completedAt: new Date(0) }, [{ path: 'completedAt', message: 'Unknown field' }]],
    [
      'task.update',
      { id, version: 1 },
      [{ path: '', message: 'Nothing to change: send title, description, completed, dueAt or tagIds' }],
    ],
    [
      'task.setCompleted',
      { id: 'x', completed: 1 },
      [
        { path: 'id', message: 'Id must be a UUID' },
        { path: 'completed', message: 'Completed must be true or false' },
      ],
    ],
    ['task.delete', undefined, [{ path: '', message: 'Input must be an object' }]],
    ['tag.create', { name: 'x', color: 'red' }, [{ path: 'color', message: 'Color must look like #1e90ff' }]],
    ['tag.update', { id }, [{ path: '', message: 'Nothing to change: send name or color' }]],
    [
      'auth.register',
      { email: 'nobody', password: '' },
      [
        { path: 'email', message: 'Not a valid email address' },
        { path: 'password', message: 'Password is required' },
      ],
    ],
  ] as const)('%s with %j', async ([path, input, issues], { me }) => {
    expect(await mutate(me, path, input)).toEqual(invalid(...issues))
  })

  test.for([
    [{ limit: 101 }, [{ path: 'limit', message: 'Limit must be a whole number from 1 to 100' }]],
    [
      { cursor: 'garbage' },
      [{ path: 'cursor', message: 'Not a valid cursor: send the nextCursor of the page before' }],
    ],
    [
      { search: 'a\tb' },
      [{ path: 'search', message: 'Search contains control characters: it is one line, without tabs' }],
    ],
    [
      { sort: 'id; DROP TABLE tasks' },
      [{ path: 'sort', message: 'Sort must be one of createdAt, updatedAt, dueAt, title' }],
    ],
    [
      { limit: 0, offset: -1, dueAfter: 'today' },
      [
        { path: 'limit', message: 'Limit must be a whole number from 1 to 100' },
        { path: 'offset', message: 'Offset must be a whole number from 0 to 10000' },
        { path: 'dueAfter', message: 'Not a valid date' },
      ],
    ],
  ] as const)('task.list with %j', async ([input, issues], { me }) => {
    expect(await query(me, 'task.list', input)).toEqual(invalid(...issues))
  })
})

describe('a call that cannot be made says why', () => {
  test('by the reason alone, where there is no more to it', async ({ me }) => {
    await me.caller.tag.create({ name: 'Taken' })
    const requestId = 'test'
    const notFound = { code: 'NOT_FOUND', httpStatus: 404, reason: 'NOT_FOUND', requestId }
    expect(await query(me, 'task.get', { id })).toEqual(notFound)
    expect(await mutate(me, 'tag.delete', { id })).toEqual(notFound)
    const conflict = { code: 'CONFLICT', httpStatus: 409, requestId }
    expect(await mutate(me, 'tag.create', { name: 'taken' })).toEqual({ ...conflict, reason: 'TAG_NAME_TAKEN' })
    const { email, password } = me
    expect(await mutate(me, 'auth.register', { email, password })).toEqual({ ...conflict, reason: 'EMAIL_TAKEN' })
  })

  test('with the row as it is, its dates as dates, when its version has moved on', async ({ me }) => {
    const task = await me.caller.task.create({ title: 'x', dueAt: new Date() })
    const current = await me.caller.task.update({ id: task.id, title: 'y' })
    expect(await mutate(me, 'task.update', { id: task.id, version: task.version, title: 'z' })).toEqual({
      code: 'CONFLICT',
      httpStatus: 409,
      reason: 'VERSION_CONFLICT',
      requestId: 'test',
      current,
    })
    expect(current.dueAt).toBeInstanceOf(Date)
  })

  test.for(['task', 'task.nothing', 'nothing.get', '__proto__', 'task.constructor', 'task.get.call'])(
    'when there is no procedure %s',
    async (path, { me }) => {
      expect(await query(me, path)).toEqual({
        code: 'NOT_FOUND',
        httpStatus: 404,
        reason: 'UNKNOWN_PROCEDURE',
        requestId: 'test',
      })
    },
  )
})

describe('an account that is deleted while its token still works', () => {
  test('is told to sign in again', async ({ me: { client, caller, user }, services }) => {
    const task = await caller.task.create({ title: 'x' })
    await client.auth.me.query()
    await services.db.user.delete({ where: { id: user.id } })
    const calls = [
      client.auth.me.query(),
      client.task.create.mutate({ title: 'y' }),
      client.tag.create.mutate({ name: 'y' }),
    ]
    for (const refusal of await Promise.all(calls.map(refusalOf))) {
      expect(refusal).toMatchObject({ reason: 'SESSION_REVOKED', httpStatus: 401 })
    }
    expect(await refusalOf(client.task.update.mutate({ id: task.id, tagIds: [] }))).toMatchObject({
      reason: 'NOT_FOUND',
    })
    expect(await client.task.list.query()).toMatchObject({ items: [] })
  })
})

describe('a failure on the server', () => {
  const internal = { code: 'INTERNAL_SERVER_ERROR', httpStatus: 500, reason: 'INTERNAL', requestId: 'test' }
  const unavailable = {
    code: 'SERVICE_UNAVAILABLE',
    httpStatus: 503,
    reason: 'UNAVAILABLE',
    requestId: 'test',
    retryAfter: 1,
  }

  test('gives nothing away, whether the schema is not as expected or the database is gone', async () => {
    const database = await freshDatabase()
    const broken = testServices(database.client)
    try {
      const { client } = await testUser(broken)
      await database.client.$executeRaw`ALTER TABLE tasks RENAME COLUMN title TO headline`
      const onBrokenSchema = [client.task.list.query(), client.task.create.mutate({ title: 'x' })]
      for (const result of await Promise.allSettled(onBrokenSchema)) {
        expect(result).toMatchObject({ reason: { message: 'Something went wrong on the server', data: internal } })
      }
      await database.close()
      const onClosedDatabase = [client.auth.me.query(), client.tag.create.mutate({ name: 'x' })]
      for (const refusal of await Promise.all(onClosedDatabase.map(refusalOf))) {
        expect([internal, unavailable]).toContainEqual(refusal)
      }
    } finally {
      await broken.close()
      await database.close()
    }
  })

  test('of a row that does not fit the promised output is ours, not the caller’s', async ({
    me: { client, caller },
    services,
  }) => {
    const { id } = await caller.task.create({ title: 'x', dueAt: new Date() })
    await services.db.$executeRaw`UPDATE tasks SET due_at = 'infinity' WHERE id = ${id}::uuid`
    expect(await refusalOf(client.task.get.query({ id }))).toEqual(internal)
  })
})
