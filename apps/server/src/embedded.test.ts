import { temporaryFolder } from '@taskwire/prisma/testing'
import { expect, test } from 'vitest'
import { startFromSource } from './testing/server-process.ts'
import { registeredCalls, trpcCalls } from './testing/trpc-calls.ts'

// Three processes, one of which makes its database.
const PATIENCE = 60_000

test(
  'a server that was killed finds its data again, and nobody has to sign in anew',
  async () => {
    using folder = temporaryFolder()
    const variables = { DATA_DIR: folder.path, BCRYPT_COST: '4' }

    await using yesterday = startFromSource(variables)
    const url = await yesterday.url
    expect(url).toMatch(/^http:\/\/localhost:[1-9]\d+$/)
    expect((await fetch(`${url}/health`)).status).toBe(200)
    const { token, mutate } = await registeredCalls({ url })
    const { data: task } = await mutate('task.create', { json: { title: 'Still here tomorrow' } })
    yesterday.kill('SIGKILL')
    expect(await yesterday.ended).toMatchObject({ signal: 'SIGKILL', complaints: [] })

    await using today = startFromSource(variables)
    const { data } = await trpcCalls({ url: await today.url, token }).query<{ items: unknown[] }>('task.list')
    expect(data.items).toEqual([task])

    await using second = startFromSource(variables)
    expect(await second.ended).toEqual({
      code: 1,
      signal: null,
      output: [],
      complaints: [
        `The embedded database in ${folder.path} is in use by a running server: stop it, or set DATABASE_URL`,
      ],
    })

    today.kill('SIGTERM')
    expect(await today.ended).toMatchObject({ code: 0, complaints: [] })
  },
  PATIENCE,
)
