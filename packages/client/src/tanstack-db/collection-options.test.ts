import { createCollection } from '@tanstack/db'
import { describe, expect } from 'vitest'
import { isTaskwireError } from '../error.ts'
import { newId } from '../new-id.ts'
import { test as base, credentials, eventually } from '../testing/client-test.ts'
import { newTag, newTask, tagCollectionOptions, taskCollectionOptions } from './index.ts'

const test = base
  .extend('signedIn', async ({ client, newcomer }) => {
    await client.$session.signIn(credentials(newcomer))
    return client
  })
  .extend('tasks', async ({ signedIn }, { onCleanup }) => {
    const tasks = createCollection(taskCollectionOptions({ client: signedIn }))
    onCleanup(() => tasks.cleanup())
    return tasks
  })
  .extend('tags', async ({ signedIn }, { onCleanup }) => {
    const tags = createCollection(tagCollectionOptions({ client: signedIn }))
    onCleanup(() => tags.cleanup())
    return tags
  })

function reasonOf(error: unknown) {
  return isTaskwireError(error) ? error.data.reason : error
}

describe('a collection', () => {
  test('is ready with all rows, and follows what happens elsewhere', async ({ signedIn, tasks, tags }) => {
    const home = await signedIn.tag.create.mutate({ name: 'Home' })
    const old = await signedIn.task.create.mutate({ title: 'Old', tagIds: [home.id] })
    const gone = await signedIn.task.create.mutate({ title: 'Gone' })
    await signedIn.task.delete.mutate({ id: gone.id })

    await Promise.all([tasks.preload(), tags.preload()])
    expect(tasks.toArray).toMatchObject([old])
    expect(tags.toArray).toMatchObject([home])

    const fresh = await signedIn.task.create.mutate({ title: 'New' })
    await signedIn.task.update.mutate({ id: old.id, title: 'Changed' })
    await eventually(() => expect(tasks.get(fresh.id)).toMatchObject(fresh))
    await eventually(() => expect(tasks.get(old.id)?.title).toBe('Changed'))
    await signedIn.task.delete.mutate({ id: fresh.id })
    await eventually(() => expect(tasks.has(fresh.id)).toBe(false))
  })

  test('shows on its tasks that a tag is renamed or deleted', async ({ signedIn, tasks, tags }) => {
    const [home, work] = [newTag({ name: 'Home' }), newTag({ name: 'Work', color: '#ff0000' })]
    await Promise.all([tasks.preload(), tags.preload()])
    tags.insert([home, work])
    const task = newTask({ title: 'Paint', tags: [home, work] })
    await tasks.insert(task).isPersisted.promise
    const names = () => tasks.get(task.id)?.tags.map(({ name }) => name)
    expect(names()).toEqual(['Home', 'Work'])

    await tags.update(home.id, (tag) => {
      tag.name = 'House'
    }).isPersisted.promise
    expect(names()).toEqual(['House', 'Work'])
    await tags.delete(work.id).isPersisted.promise
    expect(names()).toEqual(['House'])
    expect((await signedIn.task.get.query({ id: task.id })).tags.map(({ name }) => name)).toEqual(['House'])
  })

  test('sends what is written to it, and resolves when it shows the row of the server', async ({ signedIn, tasks }) => {
    await tasks.preload()
    const task = newTask({ title: ' Write ' })
    await tasks.insert(task).isPersisted.promise
    expect(tasks.get(task.id)).toMatchObject(await signedIn.task.get.query({ id: task.id }))
    expect(tasks.get(task.id)?.title).toBe('Write')

    await tasks.update(task.id, (draft) => {
      draft.completed = true
      draft.dueAt = new Date('2030-01-01')
    }).isPersisted.promise
    const saved = await signedIn.task.get.query({ id: task.id })
    expect(saved).toMatchObject({ title: 'Write', completed: true, dueAt: new Date('2030-01-01') })
    expect(tasks.get(task.id)).toMatchObject(saved)

    await tasks.delete(task.id).isPersisted.promise
    expect(tasks.has(task.id)).toBe(false)
    expect((await signedIn.task.list.query({ deleted: true })).items).toHaveLength(1)
  })

  test('sends only the fields that were changed', async ({ signedIn, tasks }) => {
    const task = await signedIn.task.create.mutate({ title: 'Write', description: 'Mine' })
    await tasks.preload()
    const written = tasks.update(task.id, (draft) => {
      draft.completed = true
    })
    expect(tasks.get(task.id)?.completed).toBe(true)
    await written.isPersisted.promise
    expect(await signedIn.task.get.query({ id: task.id })).toMatchObject({ description: 'Mine', completed: true })
  })

  test('sends several changes of a row one after another, none a conflict with the one before', async ({
    signedIn,
    browser,
    tasks,
  }) => {
    await tasks.preload()
    const task = newTask({ title: '0' })
    const writes = [tasks.insert(task)]
    for (let count = 1; count <= 20; count += 1) {
      writes.push(
        tasks.update(task.id, (draft) => {
          draft.title = String(count)
        }),
      )
    }
    await Promise.all(writes.map(({ isPersisted }) => isPersisted.promise))
    expect(tasks.get(task.id)?.title).toBe('20')
    expect((await signedIn.task.get.query({ id: task.id })).title).toBe('20')
    expect(browser.count('task.update')).toBe(20)
  })

  test('rolls back what the server refuses, and says why', async ({ signedIn, tasks, tags }) => {
    const task = await signedIn.task.create.mutate({ title: 'Write' })
    await Promise.all([tasks.preload(), tags.preload()])
    const tooLong = tasks.update(task.id, (draft) => {
      draft.title = 'x'.repeat(201)
    })
    expect(reasonOf(await tooLong.isPersisted.promise.catch((error) => error))).toBe('VALIDATION_FAILED')
    expect(tasks.get(task.id)?.title).toBe('Write')

    await tags.insert(newTag({ name: 'Home' })).isPersisted.promise
    const twice = tags.insert(newTag({ name: 'home' }))
    expect(reasonOf(await twice.isPersisted.promise.catch((error) => error))).toBe('TAG_NAME_TAKEN')
    expect(tags.size).toBe(1)
  })

  test('does not overwrite a change that the user has not seen', async ({ signedIn, tasks, browser }) => {
    const task = await signedIn.task.create.mutate({ title: 'Write' })
    await tasks.preload()
    const release = browser.holdBack('task.update')
    const mine = tasks.update(task.id, (draft) => {
      draft.title = 'Mine'
    })
    await eventually(() => expect(browser.count('task.update')).toBe(1))
    await signedIn.task.setCompleted.mutate({ id: task.id, completed: true })
    release()
    expect(reasonOf(await mine.isPersisted.promise.catch((error) => error))).toBe('VERSION_CONFLICT')
    await eventually(() => expect(tasks.get(task.id)).toMatchObject({ title: 'Write', completed: true }))
  })

  test('does not delete a tag with a change that the user has not seen', async ({ signedIn, tags, browser }) => {
    const tag = await signedIn.tag.create.mutate({ name: 'Home' })
    await tags.preload()
    const release = browser.holdBack('tag.delete')
    const mine = tags.delete(tag.id)
    await eventually(() => expect(browser.count('tag.delete')).toBe(1))
    await signedIn.tag.update.mutate({ id: tag.id, name: 'House' })
    release()
    expect(reasonOf(await mine.isPersisted.promise.catch((error) => error))).toBe('VERSION_CONFLICT')
    await eventually(() => expect(tags.get(tag.id)).toMatchObject({ name: 'House' }))
  })

  test('needs an id of a new row, and a field that users write of a changed one', async ({ signedIn, tasks }) => {
    const task = await signedIn.task.create.mutate({ title: 'Write' })
    await tasks.preload()
    const { id: _, ...withoutId } = newTask({ title: 'Write' })
    expect(() => tasks.insert(withoutId as never)).toThrow('A task needs an id before it is inserted: give it newId()')
    const update = tasks.update(task.id, (draft) => {
      draft.createdAt = new Date()
    })
    await expect(update.isPersisted.promise).rejects.toThrow('Of a task only title, description, completed')
  })

  test('is emptied by signing out, and shows another user nothing of the first', async ({
    client,
    tasks,
    newcomer,
    bob,
  }) => {
    const mine = await client.task.create.mutate({ title: 'Mine' })
    await tasks.preload()
    expect(tasks.has(mine.id)).toBe(true)
    await client.$session.signOut()
    expect(tasks.size).toBe(0)

    await client.$session.signIn(credentials(bob))
    const his = await client.task.create.mutate({ title: 'His' })
    await eventually(() => expect(tasks.has(his.id)).toBe(true))
    const left = client.$session.signIn(credentials(newcomer))
    client.$session.subscribe(() => expect(tasks.has(his.id)).toBe(false))
    await left
    await eventually(() => expect([...tasks.keys()]).toEqual([mine.id]))
  })

  test('sends nothing of a user who has left in the name of another', async ({ client, tasks, browser, bob }) => {
    const task = await client.task.create.mutate({ title: 'Mine' })
    await tasks.preload()
    const release = browser.holdBack('task.update')
    const update = (title: string) =>
      tasks.update(task.id, (draft) => {
        draft.title = title
      })
    const [sent, waiting] = [update('One'), update('Two')]
    sent.isPersisted.promise.catch(() => {})
    await eventually(() => expect(browser.count('task.update')).toBe(1))
    await client.$session.signIn(credentials(bob))
    release()
    await expect(waiting.isPersisted.promise).rejects.toThrow('was not sent: the user has signed out')
    expect(browser.count('task.update')).toBe(1)
    expect(tasks.has(task.id)).toBe(false)
  })

  test('reads everything again when the feed has lost its place, without an empty moment', async ({
    signedIn,
    server,
    tasks,
  }) => {
    const task = await signedIn.task.create.mutate({ title: 'Stays' })
    const purged = await signedIn.task.create.mutate({ title: 'Goes' })
    await tasks.preload()
    const sizes: number[] = []
    tasks.subscribeChanges(() => sizes.push(tasks.size))
    const { db } = server.services
    const userId = signedIn.$session.user?.id ?? ''
    await db.task.delete({ where: { userId_id: { userId, id: purged.id } } })
    await db.user.update({ where: { id: userId }, data: { purgedSeq: 1_000, changeSeq: 1_000 } })
    const fresh = await signedIn.task.create.mutate({ title: 'Fresh' })
    await eventually(() => expect([...tasks.keys()].sort()).toEqual([task.id, fresh.id].sort()))
    expect(sizes).not.toContain(0)
  })

  test('starts again after it was cleaned up', async ({ signedIn, tasks }) => {
    await signedIn.task.create.mutate({ title: 'One' })
    await tasks.preload()
    await tasks.cleanup()
    await signedIn.task.create.mutate({ title: 'Two' })
    await tasks.preload()
    expect(tasks.size).toBe(2)
  })

  test('shows the answer to a write that the feed does not tell, and the old row at no moment', async ({
    signedIn,
    browser,
    tasks,
  }) => {
    const task = await signedIn.task.create.mutate({ title: 'Old' })
    browser.disturb = (procedures) => (procedures.includes('change.stream') ? new Promise(() => {}) : undefined)
    await tasks.preload()
    const titles: unknown[] = []
    tasks.subscribeChanges(() => titles.push(tasks.get(task.id)?.title))
    await tasks.update(task.id, (draft) => {
      draft.title = 'New'
    }).isPersisted.promise
    expect(tasks.get(task.id)).toMatchObject({ title: 'New', version: task.version + 1 })
    await tasks.delete(task.id).isPersisted.promise
    expect(tasks.has(task.id)).toBe(false)
    expect(titles).not.toContain('Old')
  })

  test('can be kept by a tool with a token', async ({ tool }) => {
    const tasks = createCollection(taskCollectionOptions({ client: tool }))
    await tasks.preload()
    const task = newTask({ id: newId(), title: 'By a tool' })
    await tasks.insert(task).isPersisted.promise
    expect(await tool.task.get.query({ id: task.id })).toMatchObject({ title: 'By a tool' })
    await tasks.cleanup()
  })
})
