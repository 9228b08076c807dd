import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { createPseudonyms } from '@taskwire/domain'
import { temporaryFolder } from '@taskwire/prisma/testing'
import { expect, test } from 'vitest'
import { runCommand } from '../testing/run-command.ts'

const JWT_SECRET = 'a secret of tests, at least 32 characters'

test('the name of an address in the log is told without a database, however the address is written', async () => {
  const expected = { exitCode: 0, results: [createPseudonyms(JWT_SECRET)('ada@example.com')] }
  expect(await runCommand('user fingerprint ada@example.com', { JWT_SECRET })).toMatchObject(expected)
  expect(await runCommand('user fingerprint Ada@EXAMPLE.com', { JWT_SECRET })).toMatchObject(expected)
  expect(await runCommand('user fingerprint nonsense', { JWT_SECRET })).toMatchObject({ exitCode: 1 })
})

test('where no server has made a secret, none is made', async () => {
  using folder = temporaryFolder()
  const dataDir = join(folder.path, 'data')
  expect(await runCommand('user fingerprint ada@example.com', { DATA_DIR: dataDir })).toMatchObject({
    exitCode: 1,
    progress: ['JWT_SECRET is not set: set it to that of the server whose log is read'],
  })
  expect(existsSync(dataDir)).toBe(false)
})
