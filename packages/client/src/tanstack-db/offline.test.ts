import { type Collection, createCollection } from '@tanstack/db'
import type { Tag, Task } from '@taskwire/contract'
import type { TestUser } from '@taskwire/router/testing'
import { describe, expect, vi } from 'vitest'
import { createSessionClient, createTokenClient, type TaskwireClient } from '../client.ts'
import { isTaskwireError } from '../error.ts'
import { newId } from '../new-id.ts'
import { refusal } from '../testing/browser.ts'
import { test as base, credentials, eventually, quickTiming } from '../testing/client-test.ts'
import { memoryStorage } from '../testing/memory-storage.ts'
import { newTask, tagCollectionOptions, taskCollectionOptions } from './index.ts'
import { type OfflineConflict, type OfflineRefusal, type TaskwireOfflineOptions, taskwireOffline } from './offline.ts'

/** A page with collections and what it has been asked and told. */
interface Page {
  client: TaskwireClient
  tasks: Collection<Task, string>
  tags: Collection<Tag, string>
  offline: ReturnType<typeof taskwireOffline>
  conflicts: OfflineConflict[]
  refusals: OfflineRefusal[]
  close(): void
}

const test = base
  .extend('storage', () => memoryStorage())
  .extend('openPage', ({ server, browser, storage }, { onCleanup }) => {
    const pages: Page[] = []
    onCleanup(() => {
      for (const page of pages) page.close()
    })
    return async (
      onConflict: TaskwireOfflineOptions['onConflict'] = () => 'mine',
      more: Partial<TaskwireOfflineOptions> = {},
    ): Promise<Page> => {
      const client = createSessionClient({ url: server.url, fetch: browser.fetch }, quickTiming)
      const tasks = createCollection(taskCollectionOptions({ client }))
      const tags = createCollection(tagCollectionOptions({ client }))
      const conflicts: OfflineConflict[] = []
      const refusals: OfflineRefusal[] = []
      const offline = taskwireOffline({
        client,
        collections: { tasks, tags },
        storage,
        onConflict(conflict) {
          conflicts.push(conflict)
          return onConflict(conflict)
        },
        onRefused: (refusal) => refusals.push(refusal),
        ...more,
      })
      const close = () => {
        offline.stop()
        tasks.cleanup()
        tags.cleanup()
      }
      const page = { client, tasks, tags, offline, conflicts, refusals, close }
      pages.push(page)
      return page
    }
  })
  // The network, which a test cuts.
  .extend('network', ({ browser }) => ({
    cut() {
      browser.disturb = () => {
        throw new TypeError('fetch failed')
      }
    },
    mend() {
      browser.disturb = () => undefined
    },
  }))

async function signIn({ client, tasks, tags, offline }: Page, user: TestUser) {
  await client.$session.signIn(credentials(user))
  await Promise.all([tasks.preload(), tags.preload()])
  await offline.ready()
}

/** Another device of the user, whose network is its own. */
function elsewhere({ url }: { url: string }, { accessToken }: TestUser) {
  return createTokenClient({ url, token: accessToken })
}

function update(page: Page, id: string, fields: Partial<Task>) {
  return page.offline.mutate(() =>
    page.tasks.update(id, (draft) => {
      Object.assign(draft, fields)
    }),
  )
}

describe('changes without network', () => {
  test('are shown at once, outlive a reload, and are sent once and in their order', async ({
    openPage,
    network,
    newcomer,
    browser,
    storage,
  }) => {
    const first = await openPage()
    await signIn(first, newcomer)
    const saved = await first.client.task.create.mutate({ title: 'Saved' })
    await eventually(() => expect(first.tasks.has(saved.id)).toBe(true))
    network.cut()
    const ids = Array.from({ length: 5 }, () => newId())
    for (const id of ids) first.offline.mutate(() => first.tasks.insert(newTask({ id, title: id })))
    update(first, saved.id, { title: 'One' })
    update(first, saved.id, { completed: true })
    update(first, saved.id, { title: 'Two' })
    await eventually(() => expect(storage.entries.size).toBe(1 + 8))
    first.close()

    const second = await openPage()
    await second.offline.ready()
    expect(second.tasks.get(saved.id)).toMatchObject({ title: 'Two', completed: true })
    const creates = browser.count('task.create')
    network.mend()
    await Promise.all([second.tasks.preload(), second.tags.preload()])
    await eventually(() => expect(storage.entries.size).toBe(1))
    expect(second.conflicts).toEqual([])
    expect(browser.count('task.create')).toBeLessThanOrEqual(creates + ids.length + 3)
    const { items } = await second.client.task.list.query({ order: 'asc' })
    expect(items.map(({ title }) => title)).toEqual(['Two', ...ids])
    expect(second.tasks.toArray.map(({ title }) => title).sort()).toEqual(['Two', ...ids].sort())
  })

  test('are not made twice, nor a conflict with themselves, when the answer was lost', async ({
    openPage,
    browser,
    newcomer,
  }) => {
    const page = await openPage()
    await signIn(page, newcomer)
    const [task, gone] = [newTask({ title: ' Kept ' }), newTask({ title: 'Gone' })]
    await page.offline.mutate(() => page.tasks.insert([task, gone])).isPersisted.promise

    const { fetch } = globalThis
    let losses = 0
    using _ = vi.spyOn(globalThis, 'fetch').mockImplementation(async (...request) => {
      const answer = await fetch(...request)
      if (!/task\.(create|update|delete)/.test(String(request[0])) || losses === 0) return answer
      losses -= 1
      throw new TypeError('fetch failed')
    })
    losses = 2
    await update(page, task.id, { title: ' Changed ' }).isPersisted.promise
    losses = 2
    await page.offline.mutate(() => page.tasks.delete(gone.id)).isPersisted.promise
    losses = 2
    const late = newTask({ title: 'Late' })
    await page.offline.mutate(() => page.tasks.insert(late)).isPersisted.promise
    expect(page.conflicts).toEqual([])
    expect(page.refusals).toEqual([])
    const saved = await page.client.task.get.query({ id: task.id })
    expect(saved.title).toBe('Changed')
    await eventually(() => expect([...page.tasks.keys()].sort()).toEqual([task.id, late.id].sort()))
    expect(browser.count('task.update')).toBeGreaterThan(1)
  })

  test('of a row that is deleted leave it away when the answer was lost, though the feed tells it late', async ({
    openPage,
    browser,
    newcomer,
  }) => {
    // Where no stream comes through, the feed is asked from time to time.
    browser.disturb = (procedures) => (procedures.includes('change.stream') ? new Promise(() => {}) : undefined)
    const page = await openPage()
    await signIn(page, newcomer)
    const gone = newTask({ title: 'Gone' })
    await page.offline.mutate(() => page.tasks.insert(gone)).isPersisted.promise
    const shown: boolean[] = []
    page.tasks.subscribeChanges(() => shown.push(page.tasks.has(gone.id)))

    const { fetch } = globalThis
    let losses = 1
    using _ = vi.spyOn(globalThis, 'fetch').mockImplementation(async (...request) => {
      const answer = await fetch(...request)
      if (!String(request[0]).includes('task.delete') || losses === 0) return answer
      losses -= 1
      throw new TypeError('fetch failed')
    })
    await page.offline.mutate(() => page.tasks.delete(gone.id)).isPersisted.promise
    expect(page.tasks.has(gone.id)).toBe(false)
    expect(shown).not.toContain(true)
  })

  test.for([
    ['mine', { title: 'Mine', description: 'Theirs' }],
    ['theirs', { title: 'Theirs', description: 'Theirs' }],
    [{ title: 'Both' }, { title: 'Both', description: 'Theirs' }],
  ] as const)(
    'ask when somebody else was first, and do as told: %j',
    async ([decision, outcome], { openPage, ada, server, browser, tool }) => {
      const page = await openPage(() => decision)
      await signIn(page, ada)
      const task = await tool.task.create.mutate({ title: 'Old', description: 'Old' })
      await eventually(() => expect(page.tasks.has(task.id)).toBe(true))
      const release = browser.holdBack('task.update')
      const mine = update(page, task.id, { title: 'Mine' })
      await elsewhere(server, ada).task.update.mutate({ id: task.id, title: 'Theirs', description: 'Theirs' })
      release()
      await mine.isPersisted.promise
      expect(page.conflicts).toMatchObject([
        {
          type: 'task',
          operation: 'update',
          id: task.id,
          seen: { title: 'Old' },
          mine: { title: 'Mine', description: 'Old' },
          fields: { title: 'Mine' },
          current: { title: 'Theirs', description: 'Theirs' },
        },
      ])
      expect(await tool.task.get.query({ id: task.id })).toMatchObject(outcome)
      expect(page.tasks.get(task.id)).toMatchObject(outcome)
    },
  )

  test.for([
    ['RATE_LIMITED', 429],
    ['OVERLOADED', 503],
  ] as const)(
    'wait as long as a server asks that answers %s, and are sent after that, in their order',
    async ([reason, httpStatus], { openPage, newcomer, browser }) => {
      const page = await openPage()
      await signIn(page, newcomer)
      const task = await page.client.task.create.mutate({ title: 'Old' })
      await eventually(() => expect(page.tasks.has(task.id)).toBe(true))
      const tries: number[] = []
      browser.disturb = (procedures) => {
        if (!procedures.includes('task.update')) return undefined
        tries.push(performance.now())
        return tries.length === 1 ? refusal(reason, { httpStatus, retryAfter: 1 }) : undefined
      }
      const writes = ['One', 'Two'].map((title) => update(page, task.id, { title }))
      await Promise.all(writes.map(({ isPersisted }) => isPersisted.promise))
      const [first = 0, second = 0] = tries
      // A server counts in whole seconds, and a timer may be a little early.
      expect(second - first).toBeGreaterThan(900)
      expect(tries).toHaveLength(3)
      expect(page.refusals).toEqual([])
      expect((await page.client.task.get.query({ id: task.id })).title).toBe('Two')
    },
  )

  test('that the server refuses are rolled back, say why, and hold nothing up', async ({
    openPage,
    newcomer,
    storage,
  }) => {
    const page = await openPage()
    await signIn(page, newcomer)
    const [long, short] = [newTask({ title: 'x'.repeat(201) }), newTask({ title: 'Short' })]
    const refused = page.offline.mutate(() => page.tasks.insert(long))
    const taken = page.offline.mutate(() => page.tasks.insert(short))
    const error = await refused.isPersisted.promise.catch((thrown) => thrown)
    expect(isTaskwireError(error) && error.data.reason).toBe('VALIDATION_FAILED')
    await taken.isPersisted.promise
    expect(page.refusals).toMatchObject([{ type: 'task', operation: 'insert', id: long.id, error }])
    expect([...page.tasks.keys()]).toEqual([short.id])
    await eventually(() => expect(storage.entries.size).toBe(1))
  })

  test('wait for their user: another one neither sees nor sends them', async ({
    openPage,
    network,
    newcomer,
    bob,
    storage,
  }) => {
    const page = await openPage()
    await signIn(page, newcomer)
    network.cut()
    const task = newTask({ title: 'Mine' })
    const unsent = page.offline.mutate(() => page.tasks.insert(task))
    await eventually(() => expect(storage.entries.size).toBe(2))
    network.mend()
    page.client.$session.subscribe(() => {
      if (page.client.$session.user?.email !== newcomer.email) expect(page.tasks.has(task.id)).toBe(false)
    })
    const refused = expect(unsent.isPersisted.promise).rejects.toThrow('waits for the same user')
    network.cut()
    await page.client.$session.signOut().catch(() => {})
    network.mend()
    await refused

    await signIn(page, bob)
    expect(page.tasks.has(task.id)).toBe(false)
    expect((await page.client.task.list.query({})).items).toEqual([])
    await page.client.$session.signOut()

    await signIn(page, newcomer)
    await eventually(async () => expect((await page.client.task.list.query({})).items).toHaveLength(1))
    await eventually(() => expect(storage.entries.size).toBe(1))
    expect(page.tasks.get(task.id)).toMatchObject({ title: 'Mine' })
  })

  test('are not sent in the name of whoever the browser turns out to be signed in as', async ({
    openPage,
    network,
    server,
    browser,
    newcomer,
    bob,
    storage,
  }) => {
    const first = await openPage()
    await signIn(first, newcomer)
    network.cut()
    const task = newTask({ title: 'Mine' })
    first.offline.mutate(() => first.tasks.insert(task)).isPersisted.promise.catch(() => {})
    await eventually(() => expect(storage.entries.size).toBe(2))
    first.close()
    network.mend()
    await createSessionClient({ url: server.url, fetch: browser.fetch }).$session.signIn(credentials(bob))

    const second = await openPage()
    await second.offline.ready()
    expect(second.client.$session.status).toBe('unknown')
    expect(second.tasks.has(task.id)).toBe(true)
    await second.client.$session.restore()
    expect(second.tasks.has(task.id)).toBe(false)
    await second.offline.ready()
    expect((await second.client.task.list.query({ search: 'Mine' })).items).toEqual([])
    expect(browser.count('task.create')).toBeLessThanOrEqual(4)
    expect(storage.entries.size).toBe(2)
  })

  test('are made in their order, but not kept, where the browser keeps nothing', async ({
    client,
    browser,
    newcomer,
  }) => {
    await client.$session.signIn(credentials(newcomer))
    const tasks = createCollection(taskCollectionOptions({ client }))
    const tags = createCollection(tagCollectionOptions({ client }))
    const onStorageFailure = vi.fn()
    const offline = taskwireOffline({
      client,
      collections: { tasks, tags },
      onConflict: () => 'mine',
      onRefused: () => {},
      onStorageFailure,
    })
    await Promise.all([tasks.preload(), tags.preload(), offline.ready()])
    expect(onStorageFailure).toHaveBeenCalledTimes(1)
    const task = newTask({ title: 'Write' })
    await offline.mutate(() => tasks.insert(task)).isPersisted.promise

    let failures = 1
    browser.disturb = (procedures) => {
      if (!procedures.includes('task.update') || failures === 0) return undefined
      failures -= 1
      throw new TypeError('fetch failed')
    }
    const rename = (title: string) =>
      offline.mutate(() =>
        tasks.update(task.id, (draft) => {
          draft.title = title
        }),
      )
    const first = rename('One')
    await eventually(() => expect(failures).toBe(0))
    const second = rename('Two')
    expect(offline.unsent()).toBe(2)
    await Promise.all([first.isPersisted.promise, second.isPersisted.promise])
    expect(offline.unsent()).toBe(0)
    expect(await client.task.get.query({ id: task.id })).toMatchObject({ title: 'Two' })
    offline.stop()
    await Promise.all([tasks.cleanup(), tags.cleanup()])
  })

  test.for(['theirs', 'an error'] as const)(
    'wait for their user also where a conflict is answered with %s only after he has left',
    async (answer, { openPage, newcomer, bob, server, browser, storage }) => {
      let answerIt = () => {}
      const page = await openPage(
        () =>
          new Promise((resolve, reject) => {
            answerIt = () => (answer === 'theirs' ? resolve(answer) : reject(new Error('The dialog was torn down')))
          }),
      )
      await signIn(page, newcomer)
      const task = await page.client.task.create.mutate({ title: 'Old' })
      await eventually(() => expect(page.tasks.has(task.id)).toBe(true))
      const release = browser.holdBack('task.update')
      const mine = update(page, task.id, { title: 'Mine' })
      await elsewhere(server, newcomer).task.update.mutate({ id: task.id, title: 'Theirs' })
      release()
      await eventually(() => expect(page.conflicts).toHaveLength(1))
      const left = expect(mine.isPersisted.promise).rejects.toThrow('waits for the same user')
      await page.client.$session.signOut()
      await left
      await signIn(page, bob)
      answerIt()
      // A change of Bob's goes all the way after it.
      const his = newTask({ title: 'His' })
      await page.offline.mutate(() => page.tasks.insert(his)).isPersisted.promise
      expect(page.tasks.has(task.id)).toBe(false)
      expect(page.refusals).toEqual([])
      await eventually(() => expect(storage.entries.size).toBe(2))
    },
  )

  test('let others be followed, while they wait and while a conflict is thought about', async ({
    openPage,
    ada,
    server,
    browser,
  }) => {
    let answerMine = () => {}
    const page = await openPage(
      () =>
        new Promise((resolve) => {
          answerMine = () => resolve('mine')
        }),
    )
    await signIn(page, ada)
    const device = elsewhere(server, ada)
    const task = await device.task.create.mutate({ title: 'Old' })
    await eventually(() => expect(page.tasks.has(task.id)).toBe(true))
    const release = browser.holdBack('task.update')
    const mine = update(page, task.id, { title: 'Mine' })
    const during = await device.task.create.mutate({ title: 'While it is sent' })
    await eventually(() => expect(page.tasks.has(during.id)).toBe(true))
    await device.task.update.mutate({ id: task.id, title: 'Theirs' })
    release()
    await eventually(() => expect(page.conflicts).toHaveLength(1))
    const later = await device.task.create.mutate({ title: 'While the user thinks' })
    await eventually(() => expect(page.tasks.has(later.id)).toBe(true))
    expect(page.tasks.get(task.id)?.title).toBe('Mine')
    expect(page.offline.unsent()).toBe(1)
    answerMine()
    await mine.isPersisted.promise
    expect(page.tasks.get(task.id)?.title).toBe('Mine')
  })

  test('are sent though the storage is full, and the application is told', async ({ openPage, newcomer, storage }) => {
    const onStorageFailure = vi.fn()
    const page = await openPage(undefined, { onStorageFailure })
    await signIn(page, newcomer)
    const full = new Error('QuotaExceededError')
    using _ = vi.spyOn(storage, 'set').mockRejectedValue(full)
    const task = newTask({ title: 'Write' })
    await page.offline.mutate(() => page.tasks.insert(task)).isPersisted.promise
    expect(await page.client.task.get.query({ id: task.id })).toMatchObject({ title: 'Write' })
    expect(onStorageFailure.mock.calls).toEqual([[full]])
    expect(page.refusals).toEqual([])
  })

  test('are persisted though they cannot be taken out of the storage: once more is tried, then told', async ({
    openPage,
    newcomer,
    storage,
  }) => {
    const onStorageFailure = vi.fn()
    const page = await openPage(undefined, { onStorageFailure })
    await signIn(page, newcomer)
    const broken = new Error('The database is closing')
    const insert = (title: string) =>
      page.offline.mutate(() => page.tasks.insert(newTask({ title }))).isPersisted.promise
    const removal = vi.spyOn(storage, 'delete').mockRejectedValueOnce(broken)
    await insert('One')
    await eventually(() => expect(storage.entries.size).toBe(1))
    expect(onStorageFailure).not.toHaveBeenCalled()

    removal.mockRejectedValue(broken)
    await insert('Two')
    await insert('Three')
    await eventually(() => expect(onStorageFailure.mock.calls).toEqual([[broken], [broken]]))
    expect(page.offline.unsent()).toBe(0)
    removal.mockRestore()
    expect(page.tasks.size).toBe(3)
  })

  test('keep their order when the clock is set back', async ({ openPage, network, newcomer, storage }) => {
    const first = await openPage()
    await signIn(first, newcomer)
    network.cut()
    const task = newTask({ title: 'One' })
    first.offline.mutate(() => first.tasks.insert(task))
    vi.setSystemTime(Date.now() - 20_000)
    update(first, task.id, { title: 'Two' })
    vi.useRealTimers()
    await eventually(() => expect(storage.entries.size).toBe(3))
    first.close()

    const second = await openPage()
    await second.offline.ready()
    network.mend()
    await eventually(() => expect(storage.entries.size).toBe(1))
    expect(second.refusals).toEqual([])
    expect(await second.client.task.get.query({ id: task.id })).toMatchObject({ title: 'Two' })
  })

  test('that a firewall answers in the place of the server are refused, and hold nothing up', {
    timeout: 60_000,
  }, async ({ openPage, newcomer, browser }) => {
    const waiting: OfflineRefusal[] = []
    const page = await openPage(undefined, { onWaiting: (told) => waiting.push(told) })
    await signIn(page, newcomer)
    const blocked = () => new Response('<h1>Forbidden</h1>', { status: 403, headers: { 'content-type': 'text/html' } })
    let isHotel = true
    browser.disturb = (procedures) => (isHotel || procedures.includes('task.create') ? blocked() : undefined)
    const poison = newTask({ title: 'DROP TABLE' })
    const refused = page.offline.mutate(() => page.tasks.insert(poison)).isPersisted.promise.catch((error) => error)
    // Where everything is answered like that, it is not the change's fault.
    await eventually(() => expect(waiting).toMatchObject([{ id: poison.id, error: { reason: 'BAD_ANSWER' } }]))
    expect(page.refusals).toEqual([])
    isHotel = false
    expect(await refused).toMatchObject({ reason: 'BAD_ANSWER' })
    expect(page.refusals).toMatchObject([{ id: poison.id }])
    browser.disturb = () => undefined
    await page.offline.mutate(() => page.tasks.insert(newTask({ title: 'Next' }))).isPersisted.promise
    expect(page.tasks.toArray.map(({ title }) => title)).toEqual(['Next'])
  })

  test('are taken back, and not sent, when their transaction is rolled back while it waits', async ({
    openPage,
    network,
    newcomer,
    storage,
  }) => {
    const page = await openPage()
    await signIn(page, newcomer)
    network.cut()
    const [first, second] = [newTask({ title: 'First' }), newTask({ title: 'Second' })]
    const sent = page.offline.mutate(() => page.tasks.insert(first))
    const undone = page.offline.mutate(() => page.tasks.insert(second))
    undone.rollback()
    expect(page.tasks.has(second.id)).toBe(false)
    expect(page.offline.unsent()).toBe(1)
    network.mend()
    await sent.isPersisted.promise
    await eventually(() => expect(storage.entries.size).toBe(1))
    expect((await page.client.task.list.query({})).items).toMatchObject([{ title: 'First' }])
  })
})
