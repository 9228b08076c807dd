import { expect, inject, test } from 'vitest'
import { commandDatabase } from '../testing/command-database.ts'
import { runCommand } from '../testing/run-command.ts'
import { confirmLoss } from './confirm-loss.ts'
import { describeStatus } from './describe-status.ts'

test('up, status and down tell what they did', async () => {
  await using database = await commandDatabase({ migrated: false })
  const { variables } = database
  const up = await runCommand('migrate up', variables)
  expect(up).toMatchObject({ exitCode: 0, results: [expect.stringMatching(/^Applied \d{14}_init/)] })
  const names = up.results[0]?.replace('Applied ', '').split(', ') ?? []
  expect(up.progress).toEqual(names.map((name) => `Applying ${name}`))
  expect(await runCommand('migrate up', variables)).toEqual({
    exitCode: 0,
    results: ['Nothing to do: the database is up to date'],
    progress: [],
  })

  const last = names.at(-1)
  expect(await runCommand('migrate down', variables)).toEqual({
    exitCode: 0,
    results: [`Took back ${last}`],
    progress: [`Taking back ${last}`],
  })
  const status = await runCommand('migrate status', variables)
  expect(status.exitCode).toBe(0)
  expect(status.results.at(-1)).toMatch(new RegExp(`^pending +- +${last}$`))

  const rest = names.slice(0, -1).toReversed()
  const down = await runCommand('migrate down --count 99', variables)
  expect(down.results).toEqual([
    rest.length === 0 ? 'Nothing to do: no migration is applied' : `Took back ${rest.join(', ')}`,
  ])
  expect((await runCommand('migrate down', variables)).results).toEqual(['Nothing to do: no migration is applied'])
})

const production = {
  NODE_ENV: 'production',
  PUBLIC_URL: 'https://tasks.example.com',
  JWT_SECRET: '0123456789abcdef0123456789abcdef',
  BCRYPT_COST: '12',
}

test('in production, taking back is asked for with what would be lost', async () => {
  const planned = [
    { name: '2_b', script: 'ALTER TABLE "users" DROP COLUMN "nick", DROP COLUMN "age"; -- DROP TABLE "x"' },
    { name: '1_a', script: 'DROP INDEX "i"; DROP TABLE IF EXISTS "notes";' },
  ]
  const says =
    'Taking back 2_b, 1_a in production would drop the column users.nick, the column users.age, the table notes with all that is in there'
  const asked: string[] = []
  const answering = (answer: string | null) => ({
    async ask(question: string) {
      asked.push(question)
      return answer
    },
  })
  expect(await confirmLoss(planned, answering('Yes '))).toBe(true)
  expect(await confirmLoss(planned, answering('y'))).toBe(false)
  await expect(confirmLoss(planned, answering(null))).rejects.toThrow(
    `${says}: say --yes to do it, or run this at a terminal`,
  )
  expect(asked[0]).toBe(`${says}. Go on? (yes/no) `)
})

test.skipIf(inject('testServer') === undefined)(
  'production takes back what was agreed to, and nothing else',
  async () => {
    await using database = await commandDatabase()
    const variables = { ...database.variables, ...production }
    const refused = await runCommand('migrate down', variables)
    expect(refused).toMatchObject({ exitCode: 1, results: [] })
    expect(refused.progress).toEqual([expect.stringMatching(/^Taking back \d{14}_\w+ in production would .*--yes/)])
    expect((await runCommand('migrate down', variables, 'no')).results).toEqual(['Nothing was taken back'])
    expect((await runCommand('migrate status', variables)).results.join()).not.toContain('pending')
    expect((await runCommand('migrate down', variables, 'yes')).results[0]).toMatch(/^Took back/)
    expect((await runCommand('migrate up', variables)).exitCode).toBe(0)
    expect((await runCommand('migrate down --yes', variables)).results[0]).toMatch(/^Took back/)
  },
)

test('a name that is none is refused in one sentence', async () => {
  const { exitCode, progress } = await runCommand('migrate new Add-Things', {})
  expect(exitCode).toBe(1)
  expect(progress).toEqual([expect.stringContaining('not "Add-Things"')])
})

const nothing = { applied: [], pending: [], failed: [], edited: [], unknown: [] }
const appliedAt = new Date('2026-11-21T09:00:00Z')

test('the status is a list, oldest first', () => {
  const { lines, ok } = describeStatus({ ...nothing, applied: [{ name: '1_a', appliedAt }], pending: ['2_b'] })
  expect(ok).toBe(true)
  expect(lines).toEqual([
    'state    applied at                migration',
    'applied  2026-11-21T09:00:00.000Z  1_a',
    'pending  -                         2_b',
  ])
})

test.each([
  { state: 'failed', status: { ...nothing, failed: ['1_a'] } },
  { state: 'edited', status: { ...nothing, applied: [{ name: '1_a', appliedAt }], edited: ['1_a'] } },
  { state: 'unknown', status: { ...nothing, applied: [{ name: '1_a', appliedAt }], unknown: ['1_a'] } },
])('a migration that is $state stands out', ({ state, status }) => {
  const { lines, ok } = describeStatus(status)
  expect(ok).toBe(false)
  expect(lines[1]).toMatch(new RegExp(`^${state} .* 1_a$`))
})
