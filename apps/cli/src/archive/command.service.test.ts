import { spawn, spawnSync } from 'node:child_process'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { temporaryFolder } from '@taskwire/prisma/testing'
import { expect, test } from 'vitest'
import { type CommandDatabase, processDatabase } from '../testing/command-database.ts'
import { commandProcess } from '../testing/command-process.ts'
import { runCommand } from '../testing/run-command.ts'

function command(args: string[], database: CommandDatabase, input = '') {
  const [program, line, options] = commandProcess(args, database)
  const { stdout, stderr, status } = spawnSync(program, line, { ...options, encoding: 'utf8', input })
  return { stdout, stderr, status }
}

test('standard output and input carry an archive as well', async () => {
  await using from = await processDatabase()
  await using to = await processDatabase()
  {
    await using open = await from.open()
    await open.client.user.create({ data: { email: 'ada@example.com' } })
  }
  const exported = command(['export', '-'], from)
  expect(exported).toMatchObject({ stderr: expect.stringMatching(/^Exported 1 users, 0 tasks$/m), status: 0 })
  expect(command(['import', '-'], to, exported.stdout.slice(0, -1))).toEqual({
    ...{ stdout: '', stderr: 'The archive is cut short: its end is missing\n', status: 1 },
  })
  expect(command(['import', '-'], to, exported.stdout)).toMatchObject({
    stdout: 'Imported 1 users, 0 tasks\n',
    status: 0,
  })
  const { results, exitCode } = await runCommand('doctor', to.variables)
  expect(exitCode, results.join('\n')).toBe(0)
})

test('an export that is killed leaves no file that looks whole, and what was there before', async () => {
  using folder = temporaryFolder()
  const file = join(folder.path, 'killed.jsonl')
  writeFileSync(file, 'as it was')
  await using database = await processDatabase()
  {
    await using open = await database.open()
    const { id: userId } = await open.client.user.create({ data: { email: 'ada@example.com' } })
    await open.client.$executeRaw`
      INSERT INTO tasks (user_id, id, title) SELECT ${userId}::uuid, gen_random_uuid(), repeat('x', 200)
      FROM generate_series(1, 1000)`
  }
  const child = spawn(...commandProcess(['export', file], database))
  const isUnderWay = () => readdirSync(folder.path).some((name) => /^killed\.jsonl\..*\.part$/.test(name))
  while (!isUnderWay() && child.exitCode === null) await new Promise((resolve) => setTimeout(resolve, 5))
  child.kill('SIGKILL')
  await new Promise((resolve) => child.once('close', resolve))
  const left = readFileSync(file, 'utf8')
  if (left === 'as it was') return
  expect(left, 'it was faster').toMatch(/"type":"trailer"/)
})
