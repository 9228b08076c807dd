import type { TestUser } from '@taskwire/router/testing'
import { expect, vi } from 'vitest'
import { createTokenClient } from '../client.ts'
import { newId } from '../new-id.ts'
import { eventually } from '../testing/client-test.ts'
import { test as followingTest, write } from '../testing/following-test.ts'
import type { ChangeSubscription } from './subscription.ts'

const test = followingTest.extend('phone', ({ server, newcomer, browser, timing }) =>
  createTokenClient({ url: server.url, token: newcomer.accessToken, fetch: browser.fetch }, timing),
)

/** A subscriber that writes down which of its functions are called, in order. */
function diary(since?: number): ChangeSubscription & { readonly lines: string[] } {
  const lines: string[] = []
  return {
    since,
    lines,
    onBegin: ({ version }) => lines.push(`begins at ${version}`),
    onChange: ({ version }) => lines.push(`change ${version}`),
    onBatch: (changes, { version, caughtUp }) =>
      lines.push(`batch [${changes.map((change) => change.version)}] at ${version}${caughtUp ? ', all' : ''}`),
    onReset: ({ version }) => lines.push(`reset at ${version}`),
  }
}

test('a page is told change by change, then as a whole, and so is each event', async ({ newcomer, phone, follow }) => {
  await write(newcomer, 3)
  const { lines } = follow(phone, diary(1))
  await eventually(() => expect(lines).toEqual(['change 2', 'change 3', 'batch [2,3] at 3, all']))
  lines.length = 0
  await write(newcomer, 1)
  await eventually(() => expect(lines).toEqual(['change 4', 'batch [4] at 4, all']))
})

test('whoever has missed nothing is told so by an empty batch, once', async ({ newcomer, phone, follow }) => {
  await write(newcomer, 2)
  const [knowing, beginning] = [follow(phone, diary(2)), follow(phone, diary())]
  await eventually(() => {
    expect(knowing.lines).toEqual(['batch [] at 2, all'])
    expect(beginning.lines).toEqual(['begins at 2', 'batch [] at 2, all'])
  })
  await write(newcomer, 1)
  await eventually(() => expect(knowing.lines).toEqual(['batch [] at 2, all', 'change 3', 'batch [3] at 3, all']))
})

/** 100 tasks. A page ends at 1 MB. */
async function writeTwoPages({ client }: TestUser): Promise<void> {
  const ids = Array.from({ length: 100 }, newId)
  for (const id of ids) await client.task.create.mutate({ id, title: 'Task' })
  const description = 'x'.repeat(10_000)
  for (const id of ids) await client.task.update.mutate({ id, description })
}

test('while there are more pages it is not caught up', async ({ newcomer, phone, follow }) => {
  await writeTwoPages(newcomer)
  const batches: { count: number; caughtUp: boolean }[] = []
  follow(phone, {
    since: 0,
    onBatch: (changes, { caughtUp }) => batches.push({ count: changes.length, caughtUp }),
    onReset: () => expect.unreachable(),
  })
  await eventually(() => expect(batches.at(-1)?.caughtUp).toBe(true))
  expect(batches.length).toBeGreaterThan(1)
  expect(batches.slice(0, -1).every(({ caughtUp }) => !caughtUp)).toBe(true)
  expect(batches.reduce((sum, { count }) => sum + count, 0)).toBe(100)
})

test('whoever stops after the first page hears nothing of the next one, which is being read already', async ({
  newcomer,
  phone,
}) => {
  await writeTwoPages(newcomer)
  let batches = 0
  const onError = vi.fn()
  const stop = phone.$changes.subscribe({
    since: 0,
    onBatch() {
      batches += 1
      stop()
    },
    onReset: () => expect.unreachable(),
    onError,
  })
  await eventually(() => expect(batches).toBe(1))
  await phone.change.list.query({})
  expect(batches).toBe(1)
  expect(onError).not.toHaveBeenCalled()
})

test('from 0 on it tells a whole snapshot: what there is, once, and what is deleted as deleted', async ({
  newcomer,
  phone,
  follow,
}) => {
  const { client } = newcomer
  const tag = await client.tag.create.mutate({ name: 'Home' })
  const [kept, gone] = [
    await client.task.create.mutate({ title: 'Kept', tagIds: [tag.id] }),
    await client.task.create.mutate({ title: 'Gone' }),
  ]
  const renamed = await client.task.update.mutate({ id: kept.id, title: 'Renamed' })
  await client.task.delete.mutate({ id: gone.id })
  const told: unknown[] = []
  follow(phone, { since: 0, onBatch: (changes) => told.push(...changes), onReset: () => expect.unreachable() })
  await eventually(() =>
    expect(told).toMatchObject([
      { type: 'tag', id: tag.id, deleted: false, tag: { name: 'Home' } },
      { type: 'task', id: kept.id, version: renamed.version, task: { title: 'Renamed', tags: [{ id: tag.id }] } },
      { type: 'task', id: gone.id, deleted: true, task: null },
    ]),
  )
})

test('a subscriber that stops within onChange is told no batch, and the others are', async ({
  newcomer,
  phone,
  follow,
}) => {
  await write(newcomer, 2)
  const stopping = diary(0)
  const stop = phone.$changes.subscribe({
    ...stopping,
    onChange(change) {
      stopping.onChange?.(change)
      stop()
    },
  })
  const { lines } = follow(phone, diary(0))
  await eventually(() => expect(lines).toEqual(['change 1', 'change 2', 'batch [1,2] at 2, all']))
  expect(stopping.lines).toEqual(['change 1'])
})

test('after a reset it is caught up where that says', async ({ newcomer, phone, follow }) => {
  await write(newcomer, 2)
  const { lines } = follow(phone, diary(1_000))
  await eventually(() => expect(lines).toEqual(['reset at 2', 'batch [] at 2, all']))
})
