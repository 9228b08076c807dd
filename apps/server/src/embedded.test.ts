import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { startFromSource } from '@taskwire/config/testing'
import { temporaryDataDir, temporaryFolder } from '@taskwire/prisma/testing'
import { registeredCalls, trpcCalls } from '@taskwire/router/testing'
import { expect, test } from 'vitest'

// Three processes, one of which makes its database.
const PATIENCE = 60_000
/** Compiles the embedded database without care, as vitest.config.ts has it done in the suites. */
const QUICKLY = ['--liftoff-only']

test(
  'a server that was killed finds its data again, and nobody has to sign in anew',
  async () => {
    using folder = temporaryFolder()
    const dataDir = join(folder.path, 'data')
    const variables = { DATA_DIR: dataDir, BCRYPT_COST: '4' }

    await using yesterday = startFromSource(variables, QUICKLY)
    const url = await yesterday.url
    expect(url).toMatch(/^http:\/\/localhost:[1-9]\d+$/)
    expect((await fetch(`${url}/health`)).status).toBe(200)
    const { token, mutate } = await registeredCalls({ url })
    const { data: task } = await mutate('task.create', { json: { title: 'Still here tomorrow' } })
    yesterday.kill('SIGKILL')
    const { signal, complaints, output } = await yesterday.ended
    expect({ signal, complaints }).toEqual({ signal: 'SIGKILL', complaints: [] })
    expect(output[0]).toContain(`Making an embedded database in ${dataDir}, which takes some seconds`)

    await using today = startFromSource(variables, QUICKLY)
    const { data } = await trpcCalls({ url: await today.url, token }).query<{ items: unknown[] }>('task.list')
    expect(data.items).toEqual([task])

    await using second = startFromSource(variables, QUICKLY)
    expect(await second.ended).toEqual({
      code: 1,
      signal: null,
      output: [],
      complaints: [`The embedded database in ${dataDir} is in use by a running server: stop it, or set DATABASE_URL`],
    })

    today.kill('SIGTERM')
    expect(await today.ended).toMatchObject({ code: 0, complaints: [] })
  },
  PATIENCE,
)

test(
  'a server whose folder is deleted says so, and ends rather than answer for what is lost',
  async () => {
    using folder = await temporaryDataDir()
    await using server = startFromSource({ DATA_DIR: folder.path, BCRYPT_COST: '4' }, QUICKLY)
    await server.url
    rmSync(folder.path, { recursive: true, force: true })
    const { code, output, complaints } = await server.ended
    expect({ code, complaints }).toEqual({ code: 1, complaints: [] })
    expect(JSON.parse(output.at(-1) ?? '{}')).toMatchObject({
      level: 60,
      msg: `The embedded database in ${folder.path} was removed or replaced while it was open, and is closed. Put its folder back, or start again with an empty one`,
    })
  },
  PATIENCE,
)
