import { createHash } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type CommandDatabase, commandDatabase } from './testing/command-database.ts'
import { runCommand } from './testing/run-command.ts'

let database: CommandDatabase
beforeAll(async () => {
  database = await commandDatabase()
  await using open = await database.open()
  const { id: userId } = await open.client.user.create({ data: { email: 'ada@example.com' } })
  const daysAgo = (days: number) => new Date(Date.now() - days * 86_400_000)
  await open.client.task.createMany({
    data: [31, 40, 29].map((days) => ({ userId, title: 'Gone', deletedAt: daysAgo(days) })),
  })
  await open.client.tag.create({ data: { userId, name: 'Gone', deletedAt: daysAgo(31) } })
  const ends = { idleExpiresAt: daysAgo(8), expiresAt: daysAgo(8) }
  const token = (name: string, fields: object) =>
    open.client.apiToken.create({
      data: { userId, name, tokenHash: createHash('sha256').update(name).digest('hex'), ...fields },
    })
  await token('revoked', { revokedAt: daysAgo(8) })
  await token('expired', { expiresAt: daysAgo(8) })
  await token('revoked lately', { revokedAt: daysAgo(6), expiresAt: daysAgo(5) })
  await token('working', {})
  await open.client.session.create({ data: { userId, createdAt: daysAgo(20), ...ends } })
})
afterAll(() => database[Symbol.asyncDispose]())

test('a dry run says what would be removed, and removes nothing', async () => {
  const { exitCode, results } = await runCommand('purge --dry-run --json', database.variables)
  expect(exitCode).toBe(0)
  expect(JSON.parse(results.join('\n'))).toEqual({ tasks: 2, tags: 1, sessions: 1, apiTokens: 2, dryRun: true })
  expect(await runCommand('purge --dry-run', database.variables)).toMatchObject({
    results: ['Would remove 2 tasks, 1 tags, 1 sessions and 2 API tokens'],
  })
})

test('`taskwire purge` says what it has removed, once', async () => {
  const purge = async () => {
    const { exitCode, results } = await runCommand('purge', database.variables)
    return [exitCode, ...results]
  }
  expect(await purge()).toEqual([0, 'Removed 2 tasks, 1 tags, 1 sessions and 2 API tokens'])
  expect(await purge()).toEqual([0, 'Removed 0 tasks, 0 tags, 0 sessions and 0 API tokens'])
})
