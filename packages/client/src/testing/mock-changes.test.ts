import { expect, test } from 'vitest'
import { aTag, aTask, createMockClient } from './index.ts'
import { recorder } from './recorder.ts'

const user = { id: '1', email: 'ada@example.com', createdAt: new Date(0), updatedAt: new Date(0) }

test('what is emitted is told at once, with versions that rise', () => {
  const client = createMockClient({}, { user })
  const batches: unknown[] = []
  const told = recorder()
  client.$changes.subscribe({ ...told, onBatch: (changes, at) => batches.push([changes.length, at]) })
  const [task, tag] = [aTask({ version: 7 }), aTag({ version: 3 })]
  client.$emit({ type: 'task', task })
  client.$emit({ type: 'tag', tag })
  client.$emit({ type: 'task', id: task.id })
  expect(told.changes).toEqual([
    { type: 'task', id: task.id, version: 7, deleted: false, task },
    { type: 'tag', id: tag.id, version: 8, deleted: false, tag: { ...tag, version: 8 } },
    { type: 'task', id: task.id, version: 9, deleted: true, task: null },
  ])
  expect(batches).toEqual([0, 7, 8, 9].map((version) => [version && 1, { version, caughtUp: true }]))
  expect(told.begins).toEqual([0])
  expect(() => client.$emit({ type: 'task', task, version: 9 })).toThrow(RangeError)
})

test('a reset is told, and what follows goes on from there', async () => {
  const client = createMockClient({}, { user })
  const told = recorder(0)
  client.$changes.subscribe(told)
  client.$emit({ type: 'task', task: aTask({ version: 5 }) })
  client.$emit({ type: 'reset', version: 2 })
  client.$emit({ type: 'task', task: aTask({ version: 1 }) })
  expect([told.resets, told.versions]).toEqual([[2], [5, 3]])
})

test('who subscribes later is told what came since the version it knows', async () => {
  const client = createMockClient({}, { user })
  for (const version of [1, 2, 3]) client.$emit({ type: 'task', task: aTask({ version }) })
  const [knowing, beginning] = [recorder(1), recorder()]
  for (const told of [knowing, beginning]) client.$changes.subscribe(told)
  await client.$changes.until(3)
  expect([knowing.versions, beginning.versions]).toEqual([[2, 3], []])
  expect(beginning.begins).toEqual([3])
})

test('who has stopped is told nothing', () => {
  const client = createMockClient({}, { user })
  const told = recorder()
  client.$changes.subscribe(told)()
  client.$emit({ type: 'task', task: aTask() })
  expect(told.changes).toEqual([])
})

test('the status follows the session, and can be set', async () => {
  const client = createMockClient({}, { session: { status: 'unknown', user: null } })
  const told = recorder()
  client.$changes.subscribe(told)
  client.$setSession({ status: 'signedIn', user })
  client.$changes.status = 'offline'
  client.$changes.status = 'polling'
  await client.$session.signOut()
  expect(told.statuses).toEqual(['connecting', 'live', 'offline', 'polling', 'signedOut'])
  expect(client.$changes.status).toBe('signedOut')
})

test('until waits for what is emitted', async () => {
  const client = createMockClient({}, { user })
  const wait = client.$changes.until(2)
  client.$emit({ type: 'task', task: aTask({ version: 1 }) })
  client.$emit({ type: 'task', task: aTask({ version: 2 }) })
  await wait
  await client.$changes.until(1)
  const signal = AbortSignal.abort(new Error('gone'))
  await expect(client.$changes.until(3, { signal })).rejects.toThrow('gone')
  const left = expect(client.$changes.until(3)).rejects.toThrow('Nobody is signed in')
  await client.$session.signOut()
  await left
})
