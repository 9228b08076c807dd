import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type CommandDatabase, commandDatabase } from '../testing/command-database.ts'
import { runCommand } from '../testing/run-command.ts'

const DEMO = 'demo@example.com'

let database: CommandDatabase
beforeAll(async () => {
  database = await commandDatabase()
  await using open = await database.open()
  await open.client.user.create({ data: { email: DEMO, passwordHash: 'of no password' } })
}, 60_000)
afterAll(() => database[Symbol.asyncDispose]())

function taskwire(line: string, secret?: string) {
  return runCommand(line, database.variables, secret)
}

async function account() {
  await using open = await database.open()
  return await open.client.user.findUniqueOrThrow({ where: { email: DEMO } })
}

test('an account can be shut out and let in again', async () => {
  expect(await taskwire('user deactivate DEMO@example.com')).toMatchObject({
    exitCode: 0,
    results: [`${DEMO} is inactive`],
  })
  expect((await taskwire('user list')).results).toEqual([
    expect.stringMatching(/^inactive {2}\d{4}-\d\d-\d\d {2}demo@example.com$/),
  ])
  expect(await taskwire(`user activate ${DEMO}`)).toMatchObject({ exitCode: 0, results: [`${DEMO} is active`] })
  expect((await account()).isActive).toBe(true)
  const { id } = await account()
  expect((await taskwire(`user deactivate ${id.toUpperCase()}`)).results).toEqual([`${DEMO} is inactive`])
  expect((await taskwire(`user activate ${id}`)).results).toEqual([`${DEMO} is active`])
  expect(await taskwire(`user deactivate ${crypto.randomUUID()}`)).toMatchObject({
    exitCode: 1,
    progress: ['There is no such account or token'],
  })
})

test('a password is read from standard input and held to the policy', async () => {
  const { passwordHash: before } = await account()
  expect(await taskwire(`user set-password ${DEMO}`, 'short')).toMatchObject({
    exitCode: 1,
    progress: ['Password must have at least 8 characters'],
  })
  expect((await account()).passwordHash).toBe(before)
  await taskwire(`token create ${DEMO} backup`)
  expect(await taskwire(`user set-password ${DEMO}`, 'another tree tomorrow')).toMatchObject({
    exitCode: 0,
    results: [`${DEMO} has a new password and is signed out everywhere; API tokens revoked: 1`],
  })
  expect((await taskwire(`token list ${DEMO}`)).results).toEqual([])
  expect((await account()).passwordHash).not.toBe(before)
})

describe('an address that somebody else has registered', () => {
  const ISSUER = 'https://id.example.com'
  const link = (options: string) => taskwire(`user link ${DEMO} ${options}`)

  test('is given to its owner, and whoever knew the password is out', async () => {
    await taskwire(`token create ${DEMO} backup`)
    expect(await link(`--issuer ${ISSUER} --subject ada`)).toMatchObject({
      exitCode: 0,
      results: [`${DEMO} is now linked to ada`, 'Its password is removed; sessions ended: 0; API tokens revoked: 1'],
    })
    expect((await account()).passwordHash).toBeNull()
    expect((await taskwire(`token list ${DEMO}`)).results).toEqual([])
    expect(await link(`--issuer ${ISSUER} --subject ada`)).toMatchObject({
      exitCode: 0,
      results: [`${DEMO} was already linked to ada`, 'It has no password; sessions ended: 0; API tokens revoked: 0'],
    })
  })

  test('may get a password again, and is told who else can use it', async () => {
    const { exitCode, progress } = await taskwire(`user set-password ${DEMO}`, 'another tree tomorrow')
    expect(exitCode).toBe(0)
    expect(progress.at(-1)).toBe(`It can still be used by whoever signs in at ${ISSUER} as ada`)
    expect((await link(`--issuer ${ISSUER} --subject ada --keep-password`)).results).toEqual([
      `${DEMO} was already linked to ada`,
      'Its password, sessions and API tokens are kept',
    ])
    expect((await link(`--issuer ${ISSUER} --subject bob --keep-password`)).progress.at(-1)).toBe(
      `It can still be used by whoever signs in at ${ISSUER} as ada`,
    )
    expect((await account()).passwordHash).not.toBeNull()
  })

  test('is given to nobody without an issuer, a subject or an account', async () => {
    expect(await link('--subject ada')).toMatchObject({
      exitCode: 1,
      progress: ['Issuer is required: EXTERNAL_JWT_ISSUER is not set'],
    })
    expect((await link(`--issuer ${ISSUER}`)).exitCode).toBe(1)
    expect(await taskwire(`user link nobody@example.com --issuer ${ISSUER} --subject x`)).toMatchObject({
      exitCode: 1,
      progress: ['There is no such account or token'],
    })
  })

  test('is linked at the service that is configured, where no other is named', async () => {
    const external = {
      EXTERNAL_JWT_ISSUER: ISSUER,
      EXTERNAL_JWT_SECRET: 'x'.repeat(32),
      EXTERNAL_JWT_AUDIENCE: 'tasks',
    }
    const line = `user link ${DEMO} --subject carol --keep-password`
    expect(await runCommand(line, { ...database.variables, ...external })).toMatchObject({ exitCode: 0 })
    expect(await link(`--issuer ${ISSUER} --subject carol --keep-password`)).toMatchObject({
      results: [`${DEMO} was already linked to carol`, 'Its password, sessions and API tokens are kept'],
    })
  })
})

test.each([
  { line: 'user activate nobody', says: ['Not a valid email address'] },
  {
    line: `user link nobody --issuer i --subject ${'x'.repeat(256)}`,
    says: ['Not a valid email address', 'Subject must have at most 255 characters'],
  },
  {
    line: `token create nobody ${'x'.repeat(101)}`,
    says: ['Not a valid email address', 'Name must have 1 to 100 characters'],
  },
  { line: `token create ${DEMO} x --expires 2001-01-31`, says: ['Expiry must be in the future'] },
  { line: `token revoke ${DEMO} x`, says: ['Id must be a UUID'] },
])('`taskwire $line` is refused with a line for each fault', async ({ line, says }) => {
  expect(await taskwire(line)).toEqual({ exitCode: 1, results: [], progress: says })
})

test('an address that has no account is named as such', async () => {
  expect(await taskwire('user deactivate nobody@example.com')).toMatchObject({
    exitCode: 1,
    progress: ['There is no such account or token'],
  })
  expect(await taskwire('token list nobody')).toMatchObject({ exitCode: 1, progress: ['Not a valid email address'] })
})

test('a token is made, listed and revoked', async () => {
  const { results, exitCode } = await taskwire(`token create ${DEMO} backup --expires 2099-01-31`)
  expect({ results, exitCode }).toEqual({ exitCode: 0, results: [expect.stringMatching(/^twk_[\w-]{43}$/)] })
  const [line = ''] = (await taskwire(`token list ${DEMO}`)).results
  expect(line).toMatch(/ {2}backup {2}last used never {2}ends 2099-01-31$/)
  const [id] = line.split(' ')
  expect(await taskwire(`token revoke ${DEMO} ${id}`)).toMatchObject({
    exitCode: 0,
    results: [`Token ${id} is revoked`],
  })
  expect((await taskwire(`token list ${DEMO}`)).results).toEqual([])
  expect((await taskwire(`token create ${DEMO} x --expires yesterday`)).exitCode).toBe(1)
})
