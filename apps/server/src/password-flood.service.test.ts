import { randomUUID } from 'node:crypto'
import { setTimeout } from 'node:timers/promises'
import { type OpenDatabase, openDatabase } from '@taskwire/prisma'
import { freshServerUrl } from '@taskwire/prisma/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type HttpAnswer, send } from './testing/send.ts'
import { type TestServer, testServer } from './testing/test-server.ts'

const password = 'correct horse battery staple'
const wrong = 'incorrect horse battery staple'

const SIGN_INS = 5
/** Loops of each kind of attack: together more than the queue holds. */
const ATTACKERS = 12
/** Milliseconds between two attacks of a loop: server and test share an event loop, and it is not what is attacked. */
const PAUSE = 1_000

let db: OpenDatabase
beforeAll(async () => {
  db = await openDatabase({ url: await freshServerUrl(), dataDir: '' })
})
afterAll(() => db.close())

let addresses = 0
function newAddress(): string {
  addresses += 1
  return `198.18.${addresses >> 8}.${addresses & 255}`
}

interface Caller {
  address: string
  token?: string
}

function mutate(server: TestServer, path: string, json: object, { address, token }: Caller): Promise<HttpAnswer> {
  const authorization = token === undefined ? undefined : `Bearer ${token}`
  return send(server, {
    method: 'POST',
    path: `/trpc/${path}`,
    headers: { 'x-forwarded-for': address, authorization },
    body: { json },
  })
}

async function newUser(server: TestServer): Promise<{ email: string; token: string }> {
  const email = `${randomUUID()}@example.com`
  const { text } = await mutate(server, 'auth.register', { email, password }, { address: newAddress() })
  return { email, token: String(JSON.parse(text).result.data.json.accessToken) }
}

/** Passwords of others that were found to be wrong so far. */
let refused = 0

/** For each of some sign-ins, one after the other, how many passwords of others were looked at meanwhile. */
async function signIns(server: TestServer, email: string): Promise<number[]> {
  const address = newAddress()
  const overtaken: number[] = []
  for (let count = 0; count < SIGN_INS; count += 1) {
    const before = refused
    const { status, reasons } = await mutate(server, 'auth.login', { email, password }, { address })
    overtaken.push(refused - before)
    expect({ status, reasons }).toEqual({ status: 200, reasons: [] })
  }
  return overtaken.toSorted((one, other) => one - other)
}

/** One account, by all that hashes, and the network that it is in, by emails that nobody has. */
async function flood(server: TestServer, signal: AbortSignal): Promise<void> {
  const { email, token } = await newUser(server)
  const address = newAddress()
  const attacks = [
    () =>
      mutate(
        server,
        'auth.changePassword',
        { currentPassword: password, newPassword: 'password1' },
        { address, token },
      ),
    () => mutate(server, 'auth.changePassword', { currentPassword: wrong, newPassword: wrong }, { address, token }),
    () => mutate(server, 'auth.login', { email, password: wrong }, { address }),
    () => mutate(server, 'auth.login', { email: `${randomUUID()}@example.com`, password }, { address }),
  ]
  await Promise.all(
    attacks.flatMap((attack) =>
      Array.from({ length: ATTACKERS }, async () => {
        while (!signal.aborted) {
          const { status } = await attack()
          expect([400, 401, 429, 503]).toContain(status)
          if (status === 401) refused += 1
          await setTimeout(PAUSE)
        }
      }),
    ),
  )
}

test.each([
  ['with limits as they are', 1],
  ['without limits, by turns alone', 1_000_000],
])(
  'while an account and its network flood the server with passwords, others sign in next, %s',
  {
    timeout: 300_000,
  },
  async (_, multiplier) => {
    await using server = await testServer(db, {
      trustProxy: 1,
      services: { bcryptCost: 10, limitStore: { redis: null, multiplier } },
    })
    const { email } = await newUser(server)
    const attack = new AbortController()
    const attacking = flood(server, attack.signal)
    await expect.poll(() => refused, { timeout: 60_000 }).toBeGreaterThan(2)
    const overtaken = await signIns(server, email).finally(() => attack.abort())
    await attacking
    // Two are under way, and two of the attacker's may come first: more would be waiting for the queue of 40.
    expect(overtaken[Math.floor(SIGN_INS / 2)]).toBeLessThanOrEqual(6)
    expect(overtaken.at(-1)).toBeLessThanOrEqual(12)
  },
)
