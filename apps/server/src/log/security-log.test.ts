import { testDatabase } from '@taskwire/prisma/testing'
import { registeredCalls } from '@taskwire/router/testing'
import { expect, test } from 'vitest'
import { testServer } from '../testing/test-server.ts'

test('whoever is throttled is named once, with what was called, and not once for each refusal', async () => {
  await using server = await testServer(await testDatabase(), {
    services: { limitStore: { redis: null, multiplier: 1 } },
  })
  const user = await registeredCalls(server)
  const { data: me } = await user.query<{ id: string }>('auth.me')
  // A search costs five points of 600.
  let refused = 0
  while (refused < 20) {
    const { error } = await user.query('task.list', { json: { search: 'nothing' } })
    if (error?.reason === 'RATE_LIMITED') refused += 1
  }
  const throttled = server.log.filter(({ audit }) => audit === 'throttled')
  expect(throttled).toMatchObject([
    {
      limit: 'callsPerUser',
      points: expect.any(Number),
      userId: me.id,
      procedure: 'task.list',
      ip: '127.0.0.1',
      calls: { 'task.list': expect.any(Number), 'auth.me': 1 },
      msg: expect.stringMatching(
        /^Security event: throttled by callsPerUser \((?:59\d|600) points\): user .*, who called task\.list \d+ times, auth\.me 1 times$/,
      ),
    },
  ])
})
