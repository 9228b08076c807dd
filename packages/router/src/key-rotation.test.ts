import { testDatabase } from '@taskwire/prisma/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { inProcessClient, refusalOf, testRefresh, testServices, testUser } from './testing/index.ts'

const old = 'the old secret, of at least 32 characters'
const next = 'the new secret, of at least 32 characters'

// Deployments in their order; while one is rolled out, processes of two neighbours run side by side.
let deployments: ReturnType<typeof testServices>[]
beforeAll(async () => {
  const { client } = await testDatabase()
  deployments = [
    testServices(client, { jwtSecret: old }),
    testServices(client, { jwtSecret: old, jwtSecretPrevious: next }),
    testServices(client, { jwtSecret: next, jwtSecretPrevious: old }),
    testServices(client, { jwtSecret: next }),
  ]
})
afterAll(() => Promise.all(deployments.map((deployment) => deployment.close())))

test('nobody is signed out by a change of the secret, whichever process they meet', async () => {
  const [first] = deployments
  if (first === undefined) throw new Error('There is no deployment')
  const me = await testUser(first)
  let { accessToken, refreshToken } = me
  for (const [index, deployment] of deployments.entries()) {
    for (const server of [deployment, deployments[index + 1] ?? deployment]) {
      const renewed = await testRefresh(server, refreshToken)
      for (const token of [accessToken, renewed.accessToken]) {
        expect(await inProcessClient(server, { bearerToken: token }).auth.me.query()).toEqual(me.user)
      }
      accessToken = renewed.accessToken
      refreshToken = renewed.refreshToken
    }
    // Each deployment lasts long enough for everybody to refresh once, into a new generation.
    await first.db.$executeRaw`
      UPDATE sessions SET rotated_at = rotated_at - interval '60 s' WHERE user_id = ${me.user.id}::uuid`
    const { refreshToken: rotated } = await testRefresh(deployment, refreshToken)
    expect(rotated).not.toBe(refreshToken)
    refreshToken = rotated
  }
})

test('a session that was not refreshed meanwhile ends when the old secret goes', async () => {
  const [first, , swapped, finished] = deployments
  if (first === undefined || swapped === undefined || finished === undefined) throw new Error('There are too few')
  const { refreshToken } = await testUser(first)
  expect(await refusalOf(testRefresh(finished, refreshToken))).toMatchObject({ reason: 'TOKEN_INVALID' })
  await testRefresh(finished, (await testRefresh(swapped, refreshToken)).refreshToken)
})
