import {
  tagCreateInputSchema,
  tagSchema,
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
import type { Services } from './services.ts'
import { test } from './testing/fixture.ts'
import { refusalOf, type TestClient, type TestUser } from './testing/index.ts'
import { sortedLists } from './testing/sorted-lists.ts'

// Fields, filters and sorts are those of the schemas: what is added to one of them and forgotten anywhere else fails
// here, by its name.

type Values = Record<string, unknown>

/** Tasks or tags, by their schemas and their procedures. */
interface Kind {
  createSchema: z.ZodType
  updateSchema: z.ZodType
  shownSchema: z.ZodType
  /** Past the API. */
  insert(db: Services['db'], owner: TestUser, row: Values): Promise<unknown>
  create(client: TestClient, input: Values): Promise<Values>
  update(client: TestClient, input: Values): Promise<Values>
  /** The same row as every procedure shows it that reads. */
  read(client: TestClient, id: unknown): Promise<Record<string, Values | undefined>>
}

const kinds: Record<'task' | 'tag', Kind> = {
  task: {
    createSchema: taskCreateInputSchema,
    updateSchema: taskUpdateInputSchema,
    shownSchema: taskSchema,
    insert: (db, { user }, row) => db.task.create({ data: { userId: user.id, title: 'x', ...row } }),
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
    shownSchema: tagSchema,
    insert: (db, { user }, row) => db.tag.create({ data: { userId: user.id, name: 'x', nameKey: 'x', ...row } }),
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

/** The least and the most that a field takes, and what is just beyond. */
function boundsOf(field: Field | undefined, beyond = 0): unknown[] {
  const { type, minimum, maximum, maxLength } = field?.anyOf?.find((option) => option.type !== 'null') ?? field ?? {}
  if (type === 'integer') return [(minimum ?? 0) - beyond, (maximum ?? 0) + beyond]
  return type === 'string' && maxLength !== undefined ? ['x'.repeat(maxLength + beyond)] : []
}

function isNullable(field: Field | undefined): boolean {
  return [field?.type, ...(field?.anyOf ?? []).map(({ type }) => type)].flat().includes('null')
}

describe.each(Object.entries(kinds))('each field of a %s', (_, kind) => {
  const fields = writable(kind.createSchema)
  const names = Object.keys(fields)
  const bounded = names.filter((name) => boundsOf(fields[name]).length > 0)

  test.for(bounded)('is taken up to its bounds, and by the database no further: %s', async (name, { me, services }) => {
    for (const bound of boundsOf(fields[name])) {
      const { id } = await kind.create(me.client, { ...(await valuesOf(me, kind, 1)), [name]: bound })
      for (const [place, shown] of Object.entries(await kind.read(me.client, id))) {
        expect(shown, place).toMatchObject({ [name]: bound })
      }
    }
    for (const beyond of boundsOf(fields[name], 1)) {
      await expect(kind.insert(services.db, me, { [name]: beyond })).rejects.toThrow(/violates check constraint/)
    }
  })

  test.for(names.filter((name) => name in fieldsOf(kind.shownSchema)))(
    'may be null where it is shown if it may be set to null: %s',
    (name) => {
      expect(isNullable(fieldsOf(kind.shownSchema)[name])).toBe(isNullable(fields[name]))
    },
  )

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
    // Of three in a row the middle one: a filter that takes what is less, or more, takes another too.
    const rows = [
      await valuesOf(me, kinds.task, 1),
      await valuesOf(me, kinds.task, 2),
      await valuesOf(me, kinds.task, 3),
    ]
    const ids = []
    for (const values of rows) ids.push((await kinds.task.create(me.client, values))['id'])
    const [, id] = ids
    const query = taskListInputSchema.parse({ [name]: rows[1]?.[name] })
    expect(await me.client.task.list.query(query)).toMatchObject({ items: [{ id }], nextCursor: null })
  })

  test.for(sortedLists)('goes on after its first page, whole and in order: $sort $order', async (list, { me }) => {
    // Neither in the order in which they are made nor in the reverse of it, and then what bounds the field.
    const bounds = boundsOf(writable(taskCreateInputSchema)[list.sort]).map((bound) => ({ [list.sort]: bound }))
    const expected = new Map<unknown, Values>()
    for (const [number, bound] of [[2], [3], [1], ...bounds.map((bound) => [4, bound] as const)] as const) {
      const values = { ...(await valuesOf(me, kinds.task, number)), ...bound }
      expected.set((await kinds.task.create(me.client, values))['id'], values)
    }
    const walked: Values[] = []
    for (let cursor: string | null | undefined; cursor !== null; ) {
      const page = await me.client.task.list.query({ ...list, limit: 1, cursor })
      walked.push(...page.items.map(asInput))
      cursor = page.nextCursor
    }
    expect(new Set(walked.map(({ id }) => id))).toEqual(new Set(expected.keys()))
    for (const task of walked) expect(task).toMatchObject(expected.get(task['id']) ?? {})
    const keys = walked.map((task) => task[list.sort])
    const ascending = keys.toSorted((a, b) => ((Number(a) || String(a)) > (Number(b) || String(b)) ? 1 : -1))
    expect(keys).toEqual(list.order === 'asc' ? ascending : ascending.toReversed())
  })

  const wrongKeys = ['', 'x', '\0', '\ud800', '-1', '1e5', '99999999999', 'NaN', 'infinity', '2026-02-30 00:00:00+00']

  test.for(sortedLists)(
    'takes no cursor with a key that the database could not read: $sort $order',
    async (list, { me }) => {
      for (const number of [1, 2]) await kinds.task.create(me.client, await valuesOf(me, kinds.task, number))
      const { nextCursor } = await me.client.task.list.query({ ...list, limit: 1 })
      const [listed, , id] = JSON.parse(Buffer.from(nextCursor ?? '', 'base64url').toString())
      for (const key of wrongKeys) {
        const cursor = Buffer.from(JSON.stringify([listed, key, id])).toString('base64url')
        // A text may be a title, and a number a number: what must not be is a fault of the server.
        const reason = await me.client.task.list.query({ ...list, cursor }).then(
          () => null,
          (error: unknown) => refusalOf(Promise.reject(error)).then((refusal) => refusal.reason),
        )
        expect([null, 'VALIDATION_FAILED'], key).toContain(reason)
      }
    },
  )
})
