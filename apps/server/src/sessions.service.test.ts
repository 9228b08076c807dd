import { randomUUID } from 'node:crypto'
import { type ServerProcess, startFromSource } from '@taskwire/config/testing'
import { type OpenDatabase, openDatabase } from '@taskwire/prisma'
import { freshServerUrl } from '@taskwire/prisma/testing'
import { readAnswer, trpcCalls } from '@taskwire/router/testing'
import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest'

// Two processes of the server on one PostgreSQL: a session is the same in both.

const password = 'correct horse battery staple'

let db: OpenDatabase
let processes: ServerProcess[]
let urls: string[]
beforeAll(async () => {
  const url = await freshServerUrl()
  db = await openDatabase({ url, dataDir: '' })
  const settings = {
    DATABASE_URL: url,
    JWT_SECRET: 'a secret of tests, at least 32 characters',
    BCRYPT_COST: '4',
    RATE_LIMIT_MULTIPLIER: '1000',
  }
  processes = [startFromSource(settings), startFromSource(settings)]
  urls = await Promise.all(processes.map((server) => server.url))
})
afterAll(async () => {
  await Promise.all(processes.map((server) => server[Symbol.asyncDispose]()))
  await db.close()
})

/** What a browser holds. */
interface Browser {
  email: string
  accessToken: string
  /** `name=value` */
  cookie: string
}

let me: Browser
beforeEach(async () => {
  const email = `${randomUUID()}@example.com`
  me = { email, ...(await post(0, 'auth.register', { input: { email, password } })) }
})

/** Posts to one of the processes. */
async function post(index: number, path: string, { input, cookie = '' }: { input?: unknown; cookie?: string }) {
  const response = await fetch(`${urls[index % 2]}/trpc/${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', cookie },
    ...(input !== undefined && { body: JSON.stringify({ json: input }) }),
  })
  const { status, data, error, headers } = await readAnswer<{ accessToken: string } | null>(response)
  const [set = ''] = headers.getSetCookie()
  return { status, reason: error?.reason, accessToken: data?.accessToken ?? '', cookie: set.split(';', 1)[0] ?? '' }
}

const refresh = (index: number, { cookie }: Pick<Browser, 'cookie'>) => post(index, 'auth.refresh', { cookie })

async function callBy(index: number, accessToken: string) {
  const { status, error } = await trpcCalls({ url: urls[index % 2] ?? '', token: accessToken }).query('auth.me')
  return { status, reason: error?.reason }
}

async function age(seconds: number): Promise<void> {
  await db.client.$executeRaw`
    UPDATE sessions SET rotated_at = rotated_at - make_interval(secs => ${seconds}::int)
    WHERE user_id = (SELECT id FROM users WHERE email = ${me.email})`
}

test('100 refreshes of one cookie at once, by both, are all answered with one successor, made by one rotation', async () => {
  await age(60)
  const answers = await Promise.all(Array.from({ length: 100 }, (_, index) => refresh(index, me)))
  expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]))
  const successors = [...new Set(answers.map(({ cookie }) => cookie))]
  expect(successors).toHaveLength(1)
  expect(successors).not.toContain(me.cookie)
  const session = { user: { email: me.email } }
  expect(await db.client.session.findMany({ where: session, select: { generation: true, revokedAt: true } })).toEqual([
    { generation: 2, revokedAt: null },
  ])
  for (const index of [0, 1])
    expect(await callBy(index, answers[index]?.accessToken ?? '')).toMatchObject({ status: 200 })
})

test('a parent that one has served ends the session on the other, once its successor was used on either', async () => {
  await age(60)
  const successor = await refresh(0, me)
  expect(await callBy(1, successor.accessToken)).toMatchObject({ status: 200 })
  await age(60)
  expect(await refresh(0, me)).toMatchObject({ status: 401, reason: 'SESSION_REVOKED' })
  expect(await refresh(1, successor)).toMatchObject({ status: 401, reason: 'SESSION_REVOKED' })
})

test('where an answer of one was lost the other makes a new successor, and the skipped one ends the session on both', async () => {
  await age(60)
  const lost = await refresh(0, me)
  await age(60)
  const next = await refresh(1, me)
  expect(next.status).toBe(200)
  expect(next.cookie).not.toBe(lost.cookie)
  expect(await callBy(0, next.accessToken)).toMatchObject({ status: 200 })
  expect(await refresh(0, lost)).toMatchObject({ status: 401, reason: 'SESSION_REVOKED' })
  expect(await refresh(1, next)).toMatchObject({ status: 401, reason: 'SESSION_REVOKED' })
})

test('signing out on one while the other refreshes always ends signed out', async () => {
  for (let round = 0; round < 10; round += 1) {
    const browser = await post(round, 'auth.login', { input: { email: me.email, password } })
    await age(60)
    const refreshes = Array.from({ length: 6 }, (_, index) => refresh(index, browser))
    const [answers] = await Promise.all([
      Promise.all(refreshes),
      post(round, 'auth.logout', { cookie: browser.cookie }),
    ])
    for (const held of [browser, ...answers.filter(({ status }) => status === 200)]) {
      expect(await refresh(round + 1, held)).toMatchObject({ status: 401, reason: 'SESSION_REVOKED' })
    }
  }
})

test('a session that one has ended, and a user who was deactivated, are refused by both within 5 s', async () => {
  const leaver = me
  const email = `${randomUUID()}@example.com`
  const inactive = { email, ...(await post(1, 'auth.register', { input: { email, password } })) }
  const everywhere = (browser: Browser) => Promise.all([0, 1].map((index) => callBy(index, browser.accessToken)))
  for (const browser of [leaver, inactive]) {
    expect(await everywhere(browser)).toMatchObject([{ status: 200 }, { status: 200 }])
  }
  const sessions = trpcCalls({ url: urls[0] ?? '', token: leaver.accessToken })
  const { data } = await sessions.query<{ id: string }[]>('session.list')
  expect((await sessions.mutate('session.revoke', { json: { id: data[0]?.id } })).status).toBe(200)
  await db.client.user.update({ where: { email: inactive.email }, data: { isActive: false } })
  await vi.waitFor(
    async () => {
      const [gone, out] = [await everywhere(leaver), await everywhere(inactive)]
      expect(gone).toEqual(Array(2).fill({ status: 401, reason: 'SESSION_REVOKED' }))
      expect(out).toEqual(Array(2).fill({ status: 401, reason: 'ACCOUNT_INACTIVE' }))
    },
    { timeout: 5_000, interval: 100 },
  )
})

test('neither has logged more than one rotation of the 100, or anything secret', async () => {
  await age(60)
  const [answer] = await Promise.all(Array.from({ length: 100 }, (_, index) => refresh(index, me)))
  const { id } = await db.client.user.findUniqueOrThrow({ where: { email: me.email } })
  for (const server of processes) server.kill('SIGTERM')
  const endings = await Promise.all(processes.map(({ ended }) => ended))
  expect(endings.map(({ code, complaints }) => [code, complaints])).toEqual([
    [0, []],
    [0, []],
  ])
  const lines = endings.flatMap(({ output }) => output)
  const rotations = lines
    .map((line) => JSON.parse(line))
    .filter(({ audit, userId }) => audit === 'refreshed' && userId === id)
  expect(rotations).toHaveLength(1)
  const log = lines.join('\n')
  for (const secret of [password, me.accessToken, tokenIn(me.cookie), answer?.accessToken, tokenIn(answer?.cookie)]) {
    expect(secret).toMatch(/.{20}/)
    expect(log).not.toContain(secret)
  }
})

function tokenIn(cookie = ''): string {
  return cookie.slice(cookie.indexOf('=') + 1)
}
