import { openDatabase } from '@taskwire/prisma'
import { freshServerUrl } from '@taskwire/prisma/testing'
import { expect, test } from 'vitest'
import { explainRefusal } from './explain-refusal.ts'
import type { RunningServer } from './start.ts'
import { startedServer } from './testing/started-server.ts'

interface Attempt {
  server: RunningServer | null
  refusal: string | null
  /** Warnings and worse. */
  messages: string[]
}

/** Starts a server on a database with these settings. */
async function startOn(settings: Record<string, string>): Promise<Attempt> {
  const url = await freshServerUrl()
  {
    await using database = await openDatabase({ url, dataDir: '' })
    const name = new URL(url).pathname.slice(1)
    for (const [setting, value] of Object.entries(settings)) {
      await database.client.$executeRawUnsafe(`ALTER DATABASE "${name}" SET ${setting} TO '${value}'`)
    }
  }
  return startedServer({ DATABASE_URL: url }).then(
    (server) => ({
      server,
      refusal: null,
      messages: server.log.filter(({ level }) => level >= 40).map(({ msg }) => msg),
    }),
    (error: unknown) => ({ server: null, refusal: explainRefusal(error), messages: [] }),
  )
}

test('a server on which no trigger fires is refused, with what to do about it', async () => {
  const { refusal } = await startOn({ session_replication_role: 'replica' })
  expect(refusal).toMatch(
    /^session_replication_role is replica, so that no trigger fires: .*: ALTER DATABASE .* RESET session_replication_role/,
  )
})

test('while the database only reads, a process starts, says so, and is not ready', async () => {
  const { server, messages } = await startOn({ default_transaction_read_only: 'on' })
  expect(messages).toContainEqual(expect.stringMatching(/^the database only reads, by default_transaction_read_only/))
  expect((await fetch(`${server?.url}/health`)).status).toBe(503)
  expect((await fetch(`${server?.url}/livez`)).status).toBe(200)
  await server?.stop()
})

test('what works badly is a warning, a line each', async () => {
  const { server, messages } = await startOn({
    synchronous_commit: 'off',
    default_transaction_isolation: 'repeatable read',
  })
  expect(messages).toContainEqual(expect.stringMatching(/^synchronous_commit is off: a crash can lose changes/))
  expect(messages).toContainEqual(
    expect.stringMatching(/^transactions are repeatable read by default: .*: ALTER DATAB/),
  )
  expect((await fetch(`${server?.url}/health`)).status).toBe(200)
  await server?.stop()
})
