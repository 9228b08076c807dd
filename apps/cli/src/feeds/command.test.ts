import { listChanges } from '@taskwire/domain'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type CommandDatabase, commandDatabase } from '../testing/command-database.ts'
import { runCommand } from '../testing/run-command.ts'

let database: CommandDatabase
let userId: string
beforeAll(async () => {
  database = await commandDatabase()
  const { client } = await database.open()
  const { id } = await client.user.create({ data: { email: 'ada@example.com', changeSeq: 7 } })
  userId = id
})
afterAll(() => database[Symbol.asyncDispose]())

async function feedSince(since: number) {
  const { client } = await database.open()
  return listChanges(client, userId, { since, limit: 1 })
}

test('`taskwire feeds reset` makes every client start over, and says so', async () => {
  expect(await feedSince(7)).toMatchObject({ reset: false })
  const { exitCode, results, progress } = await runCommand('feeds reset', database.variables)
  expect({ exitCode, progress }).toEqual({ exitCode: 0, progress: [] })
  expect(results.join()).toMatch(/^Every client of 1 users starts over; changes count on from version \d{8,10}$/)
  expect(await feedSince(7)).toMatchObject({ reset: true })
})

test('`--above` goes on from there, and `--json` tells it as JSON', async () => {
  const { results } = await runCommand('feeds reset --above 900000000 --json', database.variables)
  expect(results.map((line) => JSON.parse(line))).toEqual([{ users: 1, version: 900_000_001 }])
})

test('a version that is none, or that leaves none to count with, is refused in a sentence', async () => {
  const typed = await runCommand('feeds reset --above x', database.variables)
  expect([typed.exitCode, typed.progress[0]]).toEqual([
    1,
    "error: option '--above <version>' argument 'x' is invalid. It has to be a version: a whole number from 0 to 2147483647.",
  ])
  expect(await runCommand('feeds reset --above 2147483647', database.variables)).toEqual({
    exitCode: 1,
    results: [],
    progress: ['The feeds would have to go on from version 2147483648, and there is none above 2147483647'],
  })
})
