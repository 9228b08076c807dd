import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { startFromSource } from '@taskwire/config/testing'
import { temporaryDataDir, temporaryFolder } from '@taskwire/prisma/testing'
import { registeredCalls } from '@taskwire/router/testing'
import { expect, test } from 'vitest'
import { runCommand } from '../testing/run-command.ts'

test('a server that runs is asked for the backup and the export, and has to be stopped for a restore', async () => {
  using data = await temporaryDataDir()
  using elsewhere = temporaryFolder()
  const variables = { DATA_DIR: data.path, BCRYPT_COST: '4' }
  const path = (name: string) => join(elsewhere.path, name)
  const run = (line: string) => runCommand(line, variables)
  {
    await using server = startFromSource(variables, ['--liftoff-only'])
    const { mutate } = await registeredCalls({ url: await server.url })
    await mutate('task.create', { json: { title: 'Written through the server' } })
    expect(await run(`backup ${path('backup')}`)).toMatchObject({
      ...{ exitCode: 0, results: [`Backed up 3 records to ${path('backup')}`] },
    })
    expect(await run(`export ${path('all')}`)).toMatchObject({
      ...{ exitCode: 0, results: [`Exported 1 users, 1 tasks to ${path('all')}`] },
    })
    const email = /"email":"([^"]+)"/.exec(readFileSync(path('all'), 'utf8'))?.[1]
    expect(await run(`export ${path('own')} --user ${email}`)).toMatchObject({
      ...{ exitCode: 0, results: [`Exported 1 users, 1 tasks to ${path('own')}`] },
    })
    expect(readFileSync(path('own'), 'utf8')).not.toContain('$2b$')
    expect((await run(`restore ${path('backup')}`)).progress.at(-1)).toBe(
      `The embedded database in ${data.path} is in use by a running server: stop it, or set DATABASE_URL`,
    )
    server.kill('SIGKILL')
    await server.ended
  }
  // The socket that it has left leads nowhere.
  expect(await run(`backup ${path('backup')} --force`)).toMatchObject({ exitCode: 0 })
})
