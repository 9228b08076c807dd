import { randomUUID } from 'node:crypto'
import type { TaskListInput, TaskSort } from '@taskwire/contract'
import { describe, expect } from 'vitest'
import { test } from './testing/fixture.ts'
import { refusalOf, type TestUser } from './testing/index.ts'

async function titles(me: TestUser, input: TaskListInput = {}): Promise<string[]> {
  return (await me.client.task.list.query({ sort: 'title', order: 'asc', ...input })).items.map(({ title }) => title)
}

/** Tasks that only a list with this tag shows: so each test has a list of its own. */
async function newList(
  me: TestUser,
  tasks: { title: string; description?: string; completed?: boolean; dueAt?: Date }[],
) {
  const tag = await me.caller.tag.create({ name: randomUUID() })
  for (const task of tasks) await me.caller.task.create({ ...task, tagIds: [tag.id] })
  return { tagIds: [tag.id] }
}

describe('the list of tasks', () => {
  test('shows the newest 20 first when nothing is asked for', async ({ me: user }) => {
    expect(await user.client.task.list.query()).toEqual({ items: [], nextCursor: null, total: null })
    for (let index = 0; index < 21; index += 1) await user.caller.task.create({ title: String(index) })
    const { items, nextCursor } = await user.client.task.list.query()
    expect(items.map(({ title }) => title)).toEqual(Array.from({ length: 20 }, (_, index) => String(20 - index)))
    const rest = await user.client.task.list.query({ cursor: nextCursor })
    expect(rest).toMatchObject({ items: [{ title: '0' }], nextCursor: null })
  })

  test('shows tasks as they are shown one by one', async ({ me }) => {
    const { tagIds } = await newList(me, [{ title: 'x', description: 'Text', completed: true, dueAt: new Date() }])
    const [task] = (await me.client.task.list.query({ tagIds })).items
    expect(task).toEqual(await me.client.task.get.query({ id: task?.id ?? '' }))
  })

  test('can be of completed tasks, or of those to do', async ({ me }) => {
    const list = await newList(me, [{ title: 'done', completed: true }, { title: 'to do' }])
    expect(await titles(me, { ...list, completed: true })).toEqual(['done'])
    expect(await titles(me, { ...list, completed: false })).toEqual(['to do'])
    expect(await titles(me, list)).toEqual(['done', 'to do'])
  })

  test('can be of tasks that have all of some tags', async ({ me }) => {
    const [red, green] = [await me.caller.tag.create({ name: 'red' }), await me.caller.tag.create({ name: 'green' })]
    await me.caller.task.create({ title: 'both', tagIds: [red.id, green.id] })
    await me.caller.task.create({ title: 'red', tagIds: [red.id] })
    await me.caller.task.create({ title: 'green', tagIds: [green.id] })
    expect(await titles(me, { tagIds: [red.id] })).toEqual(['both', 'red'])
    expect(await titles(me, { tagIds: [green.id, red.id, green.id] })).toEqual(['both'])
    expect(await titles(me, { tagIds: [red.id, randomUUID()] })).toEqual([])
    expect(await titles(me, { tagIds: [] })).toEqual(await titles(me))
  })

  test('can be of tasks due from one moment on and before another', async ({ me }) => {
    const at = (time: string) => new Date(`2026-05-01T${time}Z`)
    const list = await newList(me, [
      { title: 'a', dueAt: at('08:59:59.999') },
      { title: 'b', dueAt: at('09:00:00.000') },
      { title: 'c', dueAt: at('09:59:59.999') },
      { title: 'd', dueAt: at('10:00:00.000') },
      { title: 'e' },
    ])
    const [nine, ten] = [at('09:00:00.000'), at('10:00:00.000')]
    expect(await titles(me, { ...list, dueAfter: nine, dueBefore: ten })).toEqual(['b', 'c'])
    expect(await titles(me, { ...list, dueAfter: nine })).toEqual(['b', 'c', 'd'])
    expect(await titles(me, { ...list, dueBefore: ten })).toEqual(['a', 'b', 'c'])
  })

  test('narrows with every filter', async ({ me }) => {
    const dueAt = new Date('2026-05-01T09:00:00Z')
    const list = await newList(me, [
      { title: 'this one', completed: true, dueAt },
      { title: 'this one is to do', dueAt },
      { title: 'this one is not due', completed: true },
      { title: 'that one', completed: true, dueAt },
    ])
    expect(await titles(me, { ...list, completed: true, search: 'this', dueAfter: dueAt })).toEqual(['this one'])
  })
})

describe('a search', () => {
  test.for([
    ['any case', 'SHOPPING', 'Weekly shopping'],
    ['part of a word', 'opp', 'Weekly shopping'],
    ['accents in any case', 'ÉCOLE', 'Chercher les enfants à l’école'],
    ['a percent sign', '100%', 'Charge to 100% by noon'],
    ['an underscore', 'a_b', 'Rename a_b.txt'],
    ['a backslash', 'C:\\new', 'Clean C:\\new'],
    ['a quote', "it's", "See what it's about"],
    ['the description', 'hidden', 'Weekly'],
    ['surrounding blanks', '  opp ', 'Weekly shopping'],
  ] as const)('finds %s', async ([_, search, title], { me }) => {
    const list = await newList(me, [
      { title, description: search === 'hidden' ? 'Something HIDDEN' : 'Text' },
      { title: 'Charge to 1000 by noon' },
      { title: 'Rename axb.txt' },
      { title: 'Clean C:new' },
    ])
    expect(await titles(me, { ...list, search })).toEqual([title])
  })

  test('for nothing finds everything', async ({ me }) => {
    const list = await newList(me, [{ title: 'a' }, { title: 'b' }])
    expect(await titles(me, { ...list, search: ' ' })).toEqual(['a', 'b'])
  })
})

describe('the trash', () => {
  test('holds the deleted tasks, and the list the others', async ({ me }) => {
    const list = await newList(me, [{ title: 'live' }, { title: 'binned' }])
    const { items } = await me.caller.task.list({ ...list, search: 'binned' })
    for (const { id } of items) await me.caller.task.delete({ id })
    expect(await titles(me, list)).toEqual(['live'])
    expect(await titles(me, { ...list, deleted: true })).toEqual(['binned'])
    expect(await me.caller.task.list({ ...list, deleted: true, withTotal: true })).toMatchObject({ total: 1 })
  })
})

describe('sorted', () => {
  const instant = (day: number) => new Date(Date.UTC(2026, 0, day))
  const sorted = test.extend('list', async ({ me }) => {
    const list = await newList(me, [
      { title: 'b' },
      { title: 'Ä', dueAt: instant(3) },
      { title: 'C', dueAt: instant(2) },
      { title: 'a', dueAt: instant(1) },
      { title: 'é' },
    ])
    const first = (await me.caller.task.list({ ...list, search: 'a', sort: 'dueAt', order: 'asc' })).items[0]
    // Timestamps have milliseconds: the tasks are made and changed far enough apart to have an order.
    await new Promise((resolve) => setTimeout(resolve, 5))
    await me.caller.task.update({ id: first?.id ?? '', completed: true })
    return list
  })

  sorted.for<[sort: TaskSort, ascending: string[]]>([
    ['createdAt', ['b', 'Ä', 'C', 'a', 'é']],
    ['updatedAt', ['b', 'Ä', 'C', 'é', 'a']],
    ['title', ['a', 'b', 'C', 'Ä', 'é']],
  ])('by %s', async ([sort, ascending], { me, list }) => {
    expect(await titles(me, { ...list, sort, order: 'asc' })).toEqual(ascending)
    expect(await titles(me, { ...list, sort, order: 'desc' })).toEqual(ascending.toReversed())
  })

  sorted('by dueAt: without a date last, or first when the order is descending', async ({ me, list }) => {
    expect((await titles(me, { ...list, sort: 'dueAt', order: 'asc' })).slice(0, 3)).toEqual(['a', 'C', 'Ä'])
    expect((await titles(me, { ...list, sort: 'dueAt', order: 'desc' })).slice(2)).toEqual(['Ä', 'C', 'a'])
  })
})

describe('pages', () => {
  test('can be numbered, and say how many tasks there are', async ({ me }) => {
    const list = await newList(
      me,
      ['a', 'b', 'c', 'd', 'e'].map((title) => ({ title })),
    )
    expect(await titles(me, { ...list, offset: 2, limit: 2 })).toEqual(['c', 'd'])
    expect(await titles(me, { ...list, offset: 5 })).toEqual([])
    expect(await me.caller.task.list({ ...list, offset: 4, limit: 2, withTotal: true })).toMatchObject({ total: 5 })
    expect(await me.caller.task.list({ ...list, search: 'a', withTotal: true })).toMatchObject({ total: 1 })
    expect(await me.caller.task.list(list)).toMatchObject({ total: null })
  })

  test('end without a cursor, also when the last one is full', async ({ me }) => {
    const list = await newList(me, [{ title: 'a' }, { title: 'b' }])
    expect(await me.caller.task.list({ ...list, limit: 2 })).toMatchObject({ nextCursor: null })
    expect(await me.caller.task.list({ ...list, limit: 1 })).toMatchObject({ nextCursor: expect.any(String) })
  })

  test.for(['𝒳', '"', '\\', 'İ', '\u2028'])('go on after a title full of %j', async (character, { me }) => {
    const filler = character.repeat(198)
    const list = await newList(me, [{ title: `1${filler}.` }, { title: `2${filler}.` }])
    const { nextCursor } = await me.client.task.list.query({ ...list, sort: 'title', order: 'asc', limit: 1 })
    expect(await titles(me, { ...list, cursor: nextCursor })).toEqual([`2${filler}.`])
  })

  test('go on after a title full of control characters, from before they were refused', async ({ me, services }) => {
    const list = await newList(me, [{ title: '1' }, { title: '2' }])
    const ids = (await me.caller.task.list(list)).items.map(({ id }) => id)
    const filler = '\u0001'.repeat(198)
    await services.db.$executeRaw`
      UPDATE tasks SET title = title || ${`${filler}.`} WHERE user_id = ${me.user.id}::uuid AND id = ANY(${ids}::uuid[])`
    const { nextCursor } = await me.client.task.list.query({ ...list, sort: 'title', order: 'asc', limit: 1 })
    expect(await titles(me, { ...list, cursor: nextCursor })).toEqual([`2${filler}.`])
  })

  test.for([
    ['the first year', new Date('0001-01-01T00:00:00.000Z')],
    ['the last millisecond', new Date('9999-12-31T23:59:59.999Z')],
    ['no date', undefined],
  ] as const)('go on after %s', async ([_, dueAt], { me }) => {
    const list = await newList(me, [
      { title: 'a', ...(dueAt && { dueAt }) },
      { title: 'b', ...(dueAt && { dueAt }) },
    ])
    for (const order of ['asc', 'desc'] as const) {
      const page = { ...list, sort: 'dueAt', order, limit: 1 } as const
      const first = await me.client.task.list.query(page)
      const second = await me.client.task.list.query({ ...page, cursor: first.nextCursor })
      expect([...first.items, ...second.items].map(({ title }) => title).sort()).toEqual(['a', 'b'])
    }
  })

  const id = '0199aaaa-0000-7000-8000-000000000000'
  const moment = '2026-01-01 00:00:00+00'
  const notACursor = {
    reason: 'VALIDATION_FAILED',
    httpStatus: 400,
    issues: [{ path: 'cursor', message: 'Not a valid cursor: send the nextCursor of the page before' }],
  }
  const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')

  /** What a cursor of this list begins with. */
  async function listOf(me: TestUser, list: { sort?: 'title'; order?: 'asc' }): Promise<unknown> {
    await newList(me, [{ title: 'a' }, { title: 'b' }])
    const { nextCursor } = await me.caller.task.list({ ...list, limit: 1 })
    return JSON.parse(Buffer.from(nextCursor ?? '', 'base64url').toString())[0]
  }

  test('go on whatever the limit, and whether or not they are counted', async ({ me }) => {
    const list = await newList(me, [{ title: 'a' }, { title: 'b' }, { title: 'c' }])
    const { nextCursor: cursor } = await me.caller.task.list({ ...list, limit: 1 })
    expect(await me.caller.task.list({ ...list, limit: 5, withTotal: true, cursor })).toMatchObject({ total: 3 })
    // A filter that is not set may be undefined on one page and absent on the next.
    const unset = { completed: undefined, dueAfter: undefined, search: '' }
    expect((await me.client.task.list.query({ ...list, ...unset, cursor })).items).toHaveLength(2)
  })

  test('of another sort, order or filter are not what a cursor belongs to', async ({ me }) => {
    const list = await newList(me, [{ title: 'a' }, { title: 'b' }])
    const { nextCursor: cursor } = await me.caller.task.list({ ...list, limit: 1 })
    for (const other of [
      { sort: 'updatedAt' },
      { order: 'asc' },
      { deleted: true },
      { completed: true },
      { search: 'a' },
      { dueAfter: new Date(0) },
      { tagIds: [id] },
    ] satisfies TaskListInput[]) {
      expect(await refusalOf(me.client.task.list.query({ ...list, ...other, cursor }))).toMatchObject({
        reason: 'VALIDATION_FAILED',
        issues: [
          {
            path: 'cursor',
            message: expect.stringContaining('start again without a cursor'),
            code: 'CURSOR_OF_ANOTHER_LIST',
          },
        ],
      })
    }
  })

  test('are not to be had by cursor and offset together', async ({ me }) => {
    const list = await newList(me, [{ title: 'a' }, { title: 'b' }])
    const { nextCursor: cursor } = await me.caller.task.list({ ...list, limit: 1 })
    expect(await refusalOf(me.client.task.list.query({ ...list, cursor, offset: 1 }))).toMatchObject({
      issues: [{ path: 'offset', message: 'Send either cursor or offset, not both' }],
    })
  })

  test.for([
    ['a word', 'garbage'],
    ['not of characters that a cursor has', 'ä\n'],
    ['too long', 'x'.repeat(2_049)],
    ['no list', encode({ sort: 'createdAt' })],
    ['null', encode(null)],
  ] as const)('have no cursor that is %s', async ([_, cursor], { me }) => {
    expect(await refusalOf(me.client.task.list.query({ cursor }))).toMatchObject(notACursor)
  })

  test.for([
    ['too short', [moment]],
    ['too much', [moment, id, 1]],
    ['of no moment', ['yesterday', id]],
    ['of 30 February', ['2026-02-30 00:00:00+00', id]],
    ['of the year 0', ['0000-01-01 00:00:00+00', id]],
    ['of 24 hours', ['2026-01-01 24:00:00+00', id]],
    ['of infinity', ['infinity', id]],
    ['of SQL', ["'; DROP TABLE tasks; --", id]],
    ['of a number', [1, id]],
    ['of no id', [moment, 'x']],
    ['of an id that is no text', [moment, [id]]],
  ] as const)('have no forged cursor that is %s', async ([_, place], { me }) => {
    const cursor = encode([await listOf(me, {}), ...place])
    expect(await refusalOf(me.client.task.list.query({ cursor }))).toMatchObject(notACursor)
  })

  test('have a place wherever a forged cursor says, among the own tasks', async ({ me }) => {
    const cursor = encode([await listOf(me, {}), moment, id])
    expect((await me.client.task.list.query({ cursor })).items).toEqual([])
  })

  test.for(['\0', '\ud800', 'x'.repeat(1_001)])('have no cursor after the title %j', async (title, { me }) => {
    const cursor = encode([await listOf(me, { sort: 'title', order: 'asc' }), title, id])
    expect(await refusalOf(me.client.task.list.query({ sort: 'title', order: 'asc', cursor }))).toMatchObject({
      reason: 'VALIDATION_FAILED',
      issues: [{ path: 'cursor' }],
    })
  })
})
