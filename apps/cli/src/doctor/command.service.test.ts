import { openDatabase } from '@taskwire/prisma'
import { freshServerUrl } from '@taskwire/prisma/testing'
import { expect, test } from 'vitest'
import { runCommand } from '../testing/run-command.ts'

test('the time zone of a server in Berlin is mentioned, and does no harm', async () => {
  const url = await freshServerUrl()
  {
    await using database = await openDatabase({ url, dataDir: '' })
    const name = new URL(url).pathname.slice(1)
    await database.client.$executeRawUnsafe(`ALTER DATABASE "${name}" SET timezone TO 'Europe/Berlin'`)
  }
  const { exitCode, results } = await runCommand('doctor', { DATABASE_URL: url })
  expect(exitCode).toBe(0)
  expect(results).toContainEqual(
    expect.stringMatching(/^ok .*session is in UTC, the database’s own is Europe\/Berlin$/),
  )
})

test('a database that is not there is one plain sentence', async () => {
  const url = new URL(await freshServerUrl())
  url.pathname = '/not_there'
  const { exitCode, results } = await runCommand('doctor', { DATABASE_URL: url.href })
  expect(exitCode).toBe(1)
  expect(results.at(-1)).toMatch(/^FAIL .*The database lets nobody in: database "not_there" does not exist/)
  const migrating = await runCommand('migrate up', { DATABASE_URL: url.href })
  expect(migrating.exitCode).toBe(1)
  expect(migrating.progress).toEqual([
    'The database lets nobody in: database "not_there" does not exist. Check DATABASE_URL',
  ])
})
