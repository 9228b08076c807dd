import {
  tagCreateInputSchema,
  tagUpdateInputSchema,
  taskCreateInputSchema,
  taskListInputSchema,
  taskSchema,
  taskUpdateInputSchema,
  taskUpdateManyInputSchema,
} from '@taskwire/contract'
import { type Field, fieldsOf, validValue } from '@taskwire/contract/testing'
import { describe, expect } from 'vitest'
import type { z } from 'zod'
import { test } from './testing/fixture.ts'
import type { TestClient, TestUser } from './testing/index.ts'
import { sortedLists } from './testing/sorted-lists.ts'

// Fields, filters and sorts are those of the schemas: what is added to one of them and forgotten anywhere else fails
// here, by its name.

type Values = Record<string, unknown>

/** Tasks or tags, by their schemas and their procedures. */
interface Kind {
  createSchema: z.ZodType
  updateSchema: z.ZodType
  create(client: TestClient, input: Values): Promise<Values>
  update(client: TestClient, input: Values): Promise<Values>
  /** The same row as every procedure shows it that reads. */
  read(client: TestClient, id: unknown): Promise<Record<string, Values | undefined>>
}

const kinds: Record<'task' | 'tag', Kind> = {
  task: {
    createSchema: taskCreateInputSchema,
    updateSchema: taskUpdateInputSchema,
    create: async (client, input) => asInput(await client.task.create.mutate(taskCreateInputSchema.parse(input))),
    update: async (client, input) => asInput(await client.task.update.mutate(taskUpdateInputSchema.parse(input))),
    async read({ task, change }, id) {
      const { items } = await task.list.query()
      const { changes } = await change.list.query({ since: 0 })
      const fed = changes.find((one) => one.type === 'task' && one.id === id)
      return {
        get: asInput(await task.get.query({ id: String(id) })),
        list: asInput(items.find((one) => one.id === id)),
        feed: asInput(fed?.type === 'task' ? fed.task : null),
      }
    },
  },
  tag: {
    createSchema: tagCreateInputSchema,
    updateSchema: tagUpdateInputSchema,
    create: async (client, input) => ({ ...(await client.tag.create.mutate(tagCreateInputSchema.parse(input))) }),
    update: async (client, input) => ({ ...(await client.tag.update.mutate(tagUpdateInputSchema.parse(input))) }),
    async read({ tag, change }, id) {
      const { changes } = await change.list.query({ since: 0 })
      const fed = changes.find((one) => one.type === 'tag' && one.id === id)
      return {
        list: { ...(await tag.list.query()).find((one) => one.id === id) },
        feed: { ...(fed?.type === 'tag' ? fed.tag : null) },
      }
    },
  },
}

/** A task as somebody would write it: with the ids of its tags. */
function asInput(task: ({ tags: { id: string }[] } & object) | null | undefined): Values {
  return { ...task, tagIds: task?.tags.map(({ id }) => id) }
}

/** What can be written of a row: neither its id nor the version that a change is based on. */
function writable(schema: z.ZodType): Record<string, Field> {
  const { id: _id, ids: _ids, version: _version, ...fields } = fieldsOf(schema)
  return fields
}

/** A value for every field that can be written; for each number other ones. */
async function valuesOf({ caller }: TestUser, { createSchema }: Kind, number: number): Promise<Values> {
  const values: Values = {}
  for (const [name, field] of Object.entries(writable(createSchema))) {
    const isTags = field.type === 'array'
    values[name] = isTags
      ? [(await caller.tag.create({ name: crypto.randomUUID() })).id]
      : validValue(name, field, number)
  }
  return { ...(createSchema.parse(values) as object) }
}

describe.each(Object.entries(kinds))('each field of a %s', (_, kind) => {
  const names = Object.keys(writable(kind.createSchema))

  test('can be changed if it can be set', () => {
    expect(Object.keys(writable(kind.updateSchema)).sort()).toEqual(names.toSorted())
  })

  test.for(names)('is shown wherever a new one is: %s', async (name, { me }) => {
    const values = await valuesOf(me, kind, 1)
    const expected = { [name]: values[name] }
    const row = await kind.create(me.client, values)
    expect(row).toMatchObject(expected)
    for (const [place, shown] of Object.entries(await kind.read(me.client, row['id']))) {
      expect(shown, place).toMatchObject(expected)
    }
  })

  test.for(names)('can be changed alone, and the change is shown: %s', async (name, { me }) => {
    const [values, others] = [await valuesOf(me, kind, 1), await valuesOf(me, kind, 2)]
    expect(values[name]).not.toEqual(others[name])
    const { id } = await kind.create(me.client, values)
    const expected = { ...values, [name]: others[name] }
    expect(await kind.update(me.client, { id, [name]: others[name] })).toMatchObject(expected)
    for (const [place, shown] of Object.entries(await kind.read(me.client, id))) {
      expect(shown, place).toMatchObject(expected)
    }
  })
})

test.for(Object.keys(fieldsOf(taskSchema)['tags']?.items?.properties ?? {}))(
  'each field of a tag that tasks show is shown wherever a task is: %s',
  async (name, { me }) => {
    const tag = await kinds.tag.create(me.client, await valuesOf(me, kinds.tag, 1))
    const { id } = await me.caller.task.create({ title: 'x', tagIds: [String(tag['id'])] })
    for (const [place, shown] of Object.entries(await kinds.task.read(me.client, id))) {
      expect(shown, place).toMatchObject({ tags: [{ [name]: tag[name] }] })
    }
  },
)

describe('many tasks', () => {
  const { addTagIds: _added, removeTagIds: _removed, ...fields } = writable(taskUpdateManyInputSchema)

  test.for(Object.keys(fields))('can be changed in each field that the bulk change takes: %s', async (name, { me }) => {
    const [values, others] = [await valuesOf(me, kinds.task, 1), await valuesOf(me, kinds.task, 2)]
    const tasks = [await kinds.task.create(me.client, values), await kinds.task.create(me.client, values)]
    const ids = tasks.map(({ id }) => id)
    await me.client.task.updateMany.mutate(taskUpdateManyInputSchema.parse({ ids, [name]: others[name] }))
    for (const id of ids) {
      for (const [place, shown] of Object.entries(await kinds.task.read(me.client, id))) {
        expect(shown, place).toMatchObject({ ...values, [name]: others[name] })
      }
    }
  })
})

describe('a list of tasks', () => {
  const filters = Object.keys(writable(taskListInputSchema)).filter((name) => name in writable(taskCreateInputSchema))

  test.for(filters)('can be narrowed by each field that it takes: %s', async (name, { me }) => {
    const [values, others] = [await valuesOf(me, kinds.task, 1), await valuesOf(me, kinds.task, 2)]
    const { id } = await kinds.task.create(me.client, values)
    await kinds.task.create(me.client, others)
    const query = taskListInputSchema.parse({ [name]: values[name] })
    expect(await me.client.task.list.query(query)).toMatchObject({ items: [{ id }], nextCursor: null })
  })

  test.for(sortedLists)('goes on after its first page, whole and in order: $sort $order', async (list, { me }) => {
    // Neither in the order in which they are made nor in the reverse of it.
    const expected = new Map<unknown, Values>()
    for (const number of [2, 3, 1]) {
      const values = await valuesOf(me, kinds.task, number)
      expected.set((await kinds.task.create(me.client, values))['id'], values)
    }
    const first = await me.client.task.list.query({ ...list, limit: 2 })
    const second = await me.client.task.list.query({ ...list, limit: 2, cursor: first.nextCursor })
    expect(second.nextCursor).toBeNull()
    const walked = [...first.items, ...second.items].map(asInput)
    expect(new Set(walked.map(({ id }) => id))).toEqual(new Set(expected.keys()))
    for (const task of walked) expect(task).toMatchObject(expected.get(task['id']) ?? {})
    const keys = walked.map((task) => task[list.sort])
    const ascending = keys.toSorted((a, b) => ((Number(a) || String(a)) > (Number(b) || String(b)) ? 1 : -1))
    expect(keys).toEqual(list.order === 'asc' ? ascending : ascending.toReversed())
  })
})
