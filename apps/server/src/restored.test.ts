import { exportArchive, importArchive } from '@taskwire/domain'
import { freshDatabase, testDatabase } from '@taskwire/prisma/testing'
import { openChangeStream, type PlainChange, registeredCalls, trpcCalls } from '@taskwire/router/testing'
import { expect, test } from 'vitest'
import { type TestServer, testServer } from './testing/test-server.ts'

interface Told {
  reset: boolean
  version: number
}

/** What whoever has seen this version is told first, in each way in which it can be asked for. */
async function toldAfter(server: TestServer, token: string, since: number): Promise<Record<string, Told>> {
  const headers = { authorization: `Bearer ${token}` }
  const list = await trpcCalls({ url: server.url, token }).query<Told>('change.list', { json: { since } })
  const overRest = await fetch(`${server.url}/api/changes?since=${since}`, { headers })
  const events = async (query: string, more = {}) => {
    const response = await fetch(`${server.url}/api/changes/stream${query}`, { headers: { ...headers, ...more } })
    const [, data = '{}'] = /^data: (.*)$/m.exec(await response.text()) ?? []
    const { type, version } = JSON.parse(data)
    return { reset: type === 'reset', version }
  }
  const told: PlainChange[] = []
  await openChangeStream({ url: server.url, token, since, onChange: (change) => told.push(change) }).ended
  return {
    'change.list': list.data,
    'GET /changes': (await overRest.json()) as Told,
    since: await events(`?since=${since}`),
    'Last-Event-ID': await events('', { 'last-event-id': String(since) }),
    'the larger': await events('?since=1', { 'last-event-id': String(since) }),
    'change.stream': { reset: told[0]?.type === 'reset', version: told[0]?.version ?? 0 },
  }
}

test('every client that was ahead of a backup starts over, also after 1 000 more writes, and stays signed in', async () => {
  const source = await testDatabase()
  await using before = await testServer(source)
  const { token, mutate, query } = await registeredCalls(before)
  const write = (title: string) => mutate('task.create', { json: { title } })
  for (let index = 0; index < 5; index += 1) await write('Kept')
  const archive: string[] = []
  for await (const line of exportArchive(source)) archive.push(line)
  for (let index = 0; index < 5; index += 1) await write('Lost')
  const { data: seen } = await query<Told>('change.list')

  await using restored = await freshDatabase()
  await importArchive(restored, from(archive))
  await using after = await testServer(restored)
  const calls = trpcCalls({ url: after.url, token })
  const { data: first } = await calls.query<Told>('change.list')
  expect(first.version).toBeGreaterThan(seen.version)

  const expectResets = async (version: number) => {
    for (const since of [5, seen.version - 1, seen.version]) {
      const told = await toldAfter(after, token, since)
      for (const [way, { reset, ...answer }] of Object.entries(told)) {
        expect({ way, since, reset, version: answer.version }).toEqual({ way, since, reset: true, version })
      }
    }
  }
  await expectResets(first.version)
  const { userId } = await restored.client.task.findFirstOrThrow()
  await restored.client.task.createMany({ data: Array.from({ length: 1_000 }, () => ({ userId, title: 'New' })) })
  await expectResets(first.version + 1_000)

  const { data } = await calls.query<Told & { changes: unknown[] }>('change.list', {
    json: { since: first.version, limit: 500 },
  })
  expect([data.reset, data.changes.length]).toEqual([false, 500])
})

async function* from(lines: string[]): AsyncGenerator<string> {
  yield* lines
}
