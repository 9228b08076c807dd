import { randomUUID } from 'node:crypto'
import { getUntypedClient, isTRPCClientError } from '@trpc/client'
import type { AnyTRPCProcedure } from '@trpc/server'
import { describe, expect } from 'vitest'
import { appRouter } from './app-router.ts'
import type { Services } from './services.ts'
import { test as base } from './testing/fixture.ts'
import { type TestUser, testUser } from './testing/index.ts'

/** In everything that the victim owns: no answer to anybody else may hold it. */
const SECRET = 'canary 7f3a'

interface Rows {
  taskId: string
  taskVersion: number
  tagId: string
  tagVersion: number
}

/** Whoever owns what the others are after: nothing of it ever changes, so that one is enough for all attempts. */
const test = base.extend('victim', { scope: 'file' }, ({ services }) => newOwner(services, SECRET))

/** A call by which a user might get at a task or tag that is somebody else's. */
type Attempt = (other: Rows, own: Rows) => unknown

/** Per procedure every way to name a row in its input. A procedure that is missing here fails below. */
const attempts: Record<string, Record<string, Attempt>> = {
  'task.list': {
    'without a filter': () => ({ deleted: false }),
    'in the trash': () => ({ deleted: true }),
    'by tag': ({ tagId }) => ({ tagIds: [tagId], withTotal: true }),
    'by an own tag and theirs': ({ tagId }, own) => ({ tagIds: [own.tagId, tagId], withTotal: true }),
    'by search': () => ({ search: SECRET, withTotal: true }),
  },
  'task.get': { 'by id': ({ taskId }) => ({ id: taskId }) },
  'task.create': {
    'with their id': ({ taskId }) => ({ id: taskId, title: 'Mine' }),
    'with their tag': ({ tagId }) => ({ title: 'Mine', tagIds: [tagId] }),
    'with an own tag and theirs': ({ tagId }, own) => ({ title: 'Mine', tagIds: [own.tagId, tagId] }),
  },
  'task.update': {
    'by id': ({ taskId }) => ({ id: taskId, title: 'Mine' }),
    'by id and version': ({ taskId, taskVersion: version }) => ({ id: taskId, version, title: 'Mine' }),
    'by id, with an own tag': ({ taskId }, own) => ({ id: taskId, tagIds: [own.tagId] }),
    'of an own task, with their tag': ({ tagId }, own) => ({ id: own.taskId, title: 'Changed', tagIds: [tagId] }),
  },
  'task.setCompleted': {
    'by id': ({ taskId }) => ({ id: taskId, completed: true }),
    'by id and version': ({ taskId, taskVersion: version }) => ({ id: taskId, version, completed: true }),
  },
  'task.delete': {
    'by id': ({ taskId }) => ({ id: taskId }),
    'by id and version': ({ taskId, taskVersion: version }) => ({ id: taskId, version }),
  },
  'task.restore': { 'by id': ({ taskId }) => ({ id: taskId }) },
  'task.updateMany': {
    'by id': ({ taskId }) => ({ ids: [taskId], completed: true }),
    'beside an own task': ({ taskId }, own) => ({ ids: [own.taskId, taskId], completed: true }),
    'of an own task, with their tag': ({ tagId }, own) => ({ ids: [own.taskId], addTagIds: [tagId] }),
    'of an own task, without their tag': ({ tagId }, own) => ({ ids: [own.taskId], removeTagIds: [tagId] }),
  },
  'task.deleteMany': {
    'by id': ({ taskId }) => ({ ids: [taskId] }),
    'beside an own task': ({ taskId }, own) => ({ ids: [own.taskId, taskId] }),
  },
  'tag.list': { always: () => undefined },
  'tag.create': {
    'with their id': ({ tagId }) => ({ id: tagId, name: 'Mine' }),
    'with their name': () => ({ name: `Tag ${SECRET}`.toUpperCase() }),
  },
  'tag.update': {
    'by id': ({ tagId }) => ({ id: tagId, name: 'Mine' }),
    'by id and version': ({ tagId, tagVersion: version }) => ({ id: tagId, version, color: '#000000' }),
  },
  'tag.delete': {
    'by id': ({ tagId }) => ({ id: tagId }),
    'by id and version': ({ tagId, tagVersion: version }) => ({ id: tagId, version }),
  },
}

/** By path, whatever their type says. */
const allProcedures = appRouter._def.procedures as unknown as Record<string, AnyTRPCProcedure>
const procedures = Object.entries(allProcedures).filter(([path]) => /^(task|tag)\./.test(path))

test('every procedure of tasks and tags is tried', () => {
  expect(Object.keys(attempts).sort()).toEqual(procedures.map(([path]) => path).sort())
})

describe.each(procedures)('%s', (path, procedure) => {
  test.for(Object.entries(attempts[path] ?? {}))(
    "%s: another's row is left alone and cannot be told from none",
    async ([_, attempt], { services, victim }) => {
      const before = await everythingOf(services, victim.user)
      const own = [await newOwner(services, 'Mine'), await newOwner(services, 'Mine')] as const
      const type = procedure._def.type === 'query' ? 'query' : 'mutation'
      const answers = [
        await answerOf(own[0].user, { type, path, input: attempt(victim, own[0]) }),
        await answerOf(own[1].user, { type, path, input: attempt(nobodys(victim), own[1]) }),
      ]
      expect(withoutIdsAndDates(answers[0])).toEqual(withoutIdsAndDates(answers[1]))
      expect(JSON.stringify(answers[0])).not.toContain(SECRET)
      expect(await everythingOf(services, victim.user)).toEqual(before)
      expect(withoutIdsAndDates(await everythingOf(services, own[0].user))).toEqual(
        withoutIdsAndDates(await everythingOf(services, own[1].user)),
      )
    },
  )
})

/** A user with a tagged task, and one in the trash. */
async function newOwner(services: Services, word: string): Promise<Rows & { user: TestUser }> {
  const user = await testUser(services)
  const tag = await user.caller.tag.create({ name: `Tag ${word}` })
  const task = await user.caller.task.create({ title: `Task ${word}`, tagIds: [tag.id] })
  const binned = await user.caller.task.create({ title: `Binned ${word}`, tagIds: [tag.id] })
  await user.caller.task.delete({ id: binned.id })
  return { user, taskId: task.id, taskVersion: task.version, tagId: tag.id, tagVersion: tag.version }
}

function nobodys({ taskVersion, tagVersion }: Rows): Rows {
  return { taskId: randomUUID(), taskVersion, tagId: randomUUID(), tagVersion }
}

async function answerOf(
  { client }: TestUser,
  { type, path, input }: { type: 'query' | 'mutation'; path: string; input: unknown },
): Promise<unknown> {
  try {
    return await getUntypedClient(client)[type](path, input)
  } catch (error) {
    if (isTRPCClientError(error) && error.data) return error.data
    throw error
  }
}

async function everythingOf(services: Services, { user }: TestUser): Promise<unknown> {
  const where = { userId: user.id }
  return {
    changeSeq: (await services.db.user.findUniqueOrThrow({ where: { id: user.id } })).changeSeq,
    tasks: await services.db.task.findMany({ where, orderBy: { version: 'asc' } }),
    tags: await services.db.tag.findMany({ where, orderBy: { version: 'asc' } }),
    links: await services.db.taskTag.findMany({ where, orderBy: { taskId: 'asc' } }),
  }
}

function withoutIdsAndDates(value: unknown): string {
  return JSON.stringify(value)
    .replaceAll(/[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, 'id')
    .replaceAll(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, 'date')
}
