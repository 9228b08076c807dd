import type { Database } from '@taskwire/prisma'
import { testDatabase } from '@taskwire/prisma/testing'
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { resetPassword, setAccountActive } from './accounts.ts'
import { createApiToken, revokeApiToken } from './api-tokens.ts'
import { changePassword } from './change-password.ts'
import { deleteAccount } from './delete-account.ts'
import { revokeOtherSessions, revokeSession } from './end-sessions.ts'
import type { Identity } from './identity.ts'
import { linkExternalIdentity } from './link-external-identity.ts'
import { login } from './login.ts'
import { logout } from './logout.ts'
import { register } from './register.ts'
import type { SecurityEvent } from './security-event.ts'
import type { SignIn } from './session.ts'
import { testIdentity } from './testing/test-identity.ts'

const password = 'correct horse battery staple'
const newPassword = 'a wholly new passphrase'
const place = { device: { userAgent: null, ip: null }, replacedToken: null, network: null }

let db: Awaited<ReturnType<typeof testDatabase>>['client']
let identity: Identity
let events: SecurityEvent['event'][]
beforeAll(async () => {
  db = (await testDatabase()).client
  identity = testIdentity(db, { audit: ({ event }) => events.push(event) })
})
afterAll(() => identity.passwords.close())

let email: string
let userId: string
let session: SignIn
let apiToken: { id: string; token: string }
beforeEach(async () => {
  events = []
  email = `${crypto.randomUUID()}@example.com`
  session = await register(db, identity, { email, password, ...place })
  userId = session.result.user.id
  const created = await createApiToken(db, identity, { userId, name: 'Backup' })
  apiToken = { id: created.apiToken.id, token: created.token }
  expect(events).toEqual(['registered', 'tokenCreated'])
  // From here on this process remembers that both are good.
  expect(await refusals()).toEqual({ session: null, apiToken: null })
  events = []
})

async function refusals() {
  const subject = identity.tokens.verifyAccess(session.result.accessToken)
  const [ofSession, ofApiToken] = await Promise.allSettled([
    identity.sessionCheck.check(subject),
    identity.apiTokenCheck.findOwner(apiToken.token),
  ])
  const reasonOf = (result: PromiseSettledResult<unknown>) =>
    result.status === 'rejected' ? String(result.reason.message) : null
  return { session: reasonOf(ofSession), apiToken: reasonOf(ofApiToken) }
}

interface Effects {
  work(): Promise<unknown>
  noted: SecurityEvent['event'][]
  session: string | null
  apiToken: string | null
}

const both = { session: 'SESSION_REVOKED', apiToken: 'TOKEN_INVALID' }
const verbs: Record<string, Effects> = {
  logout: {
    work: () => logout(db, identity, session.refreshToken.token),
    noted: ['sessionRevoked'],
    session: 'SESSION_REVOKED',
    apiToken: null,
  },
  revokeSession: {
    work: () => revokeSession(db, identity, { userId, id: session.sessionId }),
    noted: ['sessionRevoked'],
    session: 'SESSION_REVOKED',
    apiToken: null,
  },
  revokeOtherSessions: {
    work: () => revokeOtherSessions(db, identity, { userId, sessionId: null }),
    noted: ['sessionRevoked'],
    session: 'SESSION_REVOKED',
    apiToken: null,
  },
  'login in its place': {
    work: () => login(db, identity, { email, password, ...place, replacedToken: session.refreshToken.token }),
    noted: ['signedIn', 'sessionRevoked'],
    session: 'SESSION_REVOKED',
    apiToken: null,
  },
  revokeApiToken: {
    work: () => revokeApiToken(db, identity, { userId, id: apiToken.id }),
    noted: ['tokenRevoked'],
    session: null,
    apiToken: 'TOKEN_INVALID',
  },
  changePassword: {
    work: () => changePassword(db, identity, { userId, sessionId: null, currentPassword: password, newPassword }),
    noted: ['passwordChanged', 'tokenRevoked'],
    ...both,
  },
  resetPassword: {
    work: () => resetPassword(db, identity, { email, password: newPassword }),
    noted: ['passwordChanged', 'tokenRevoked'],
    ...both,
  },
  linkExternalIdentity: {
    work: () =>
      linkExternalIdentity(db, identity, {
        email,
        issuer: 'https://id.example.com',
        subject: userId,
        keepPassword: false,
      }),
    noted: ['identityLinked'],
    ...both,
  },
  deactivate: {
    work: () => setAccountActive(db, identity, { email, isActive: false }),
    noted: ['accountDeactivated'],
    session: 'ACCOUNT_INACTIVE',
    apiToken: 'ACCOUNT_INACTIVE',
  },
  deleteAccount: {
    work: () => deleteAccount(db, identity, { caller: { kind: 'internal', userId }, password }),
    noted: ['accountDeleted'],
    ...both,
  },
}

describe('whoever calls it, without a router,', () => {
  test.each(Object.entries(verbs))('%s is noted, and felt in this process at once', async (_, verb) => {
    await verb.work()
    expect(events).toEqual(verb.noted)
    expect(await refusals()).toEqual({ session: verb.session, apiToken: verb.apiToken })
  })
})

test('an account that is let in again is let in at once', async () => {
  await setAccountActive(db, identity, { email, isActive: false })
  expect((await refusals()).session).toBe('ACCOUNT_INACTIVE')
  await setAccountActive(db, identity, { email, isActive: true })
  expect(await refusals()).toEqual({ session: null, apiToken: null })
})

test('what is not committed is neither noted nor felt', async () => {
  const failing = {
    user: db.user,
    $connect: db.$connect,
    $transaction: (work: (transaction: unknown) => Promise<unknown>) =>
      db.$transaction(async (transaction) => {
        await work(transaction)
        throw new Error('The connection is lost')
      }),
  } as unknown as Database
  const forget = vi.spyOn(identity, 'accessChanged')
  await expect(resetPassword(failing, identity, { email, password: newPassword })).rejects.toThrow('connection is lost')
  expect(forget).not.toHaveBeenCalled()
  forget.mockRestore()
  expect(events).toEqual([])
})
