import { deriveKeys, forgeToken, hmac } from '@taskwire/domain/testing'
import type { RequestInfo } from '../context.ts'
import type { Services } from '../services.ts'
import { externalToken } from './external-issuer.ts'
import { testJwtSecret } from './test-services.ts'
import {
  internalCaller,
  sessionIdOf,
  type TestCaller,
  type TestUser,
  testCaller,
  testSession,
  testUser,
} from './test-users.ts'

/** In everything that an owner has: no answer to anybody else may hold it. */
export const CANARY = 'canary 51c7'

export type CallerName =
  | 'anonymous'
  | 'owner'
  | 'otherUser'
  | 'deactivatedUser'
  | 'apiToken'
  | 'externalToken'
  | 'expiredToken'
  | 'revokedSession'

/** What a user has that a procedure can name. */
export interface Things {
  email: string
  password: string
  taskId: string
  tagId: string
  /** A session other than the one that calls. */
  sessionId: string
  apiTokenId: string
}

/** Somebody who calls, and the user whose things the call names. */
export interface Calling {
  userId: string
  things: Things
  /** What the caller shows. */
  request: Partial<Pick<RequestInfo, 'bearerToken' | 'refreshToken'>>
}

/** Makes each kind of caller, on services with `externalIssuer`. */
export const callers: Record<CallerName, (services: Services) => Promise<Calling>> = {
  anonymous: async (services) => ({ ...(await newOwner(services)), request: {} }),
  owner: newOwner,
  otherUser: async (services) => ({ ...(await newOwner(services)), request: requestOf(await testUser(services)) }),
  deactivatedUser: async (services) => {
    const owner = await newOwner(services)
    await services.db.user.update({ where: { id: owner.userId }, data: { isActive: false } })
    services.identity.sessionCheck.forget(owner.userId)
    return owner
  },
  apiToken: async (services) => {
    const owner = await newOwner(services)
    const { token } = await internalCaller(services, owner.userId).apiToken.create({ name: 'Tool' })
    return { ...owner, request: { bearerToken: token } }
  },
  externalToken: async (services) => {
    const request = { bearerToken: externalToken() }
    const caller = await testCaller(services, request)
    const { id, email } = await caller.auth.me()
    // Of a password, sessions and API tokens such a user has none; these stand for any.
    const others = { password: 'correct horse battery staple', sessionId: id, apiTokenId: id }
    return { userId: id, things: { email, ...others, ...(await newTask(caller)) }, request }
  },
  expiredToken: async (services) => {
    const owner = await newOwner(services)
    return { ...owner, request: { ...owner.request, bearerToken: expired(owner.request.bearerToken) } }
  },
  revokedSession: async (services) => {
    const owner = await newOwner(services)
    const sessionId = sessionIdOf(services, owner.request)
    await services.db.session.updateMany({ where: { id: sessionId }, data: { revokedAt: new Date() } })
    services.identity.sessionCheck.forget(owner.userId)
    return owner
  },
}

/** All rows of a user, to see that a call has changed nothing. */
export async function everythingOf({ db }: Services, userId: string): Promise<unknown> {
  const rows = { where: { userId }, orderBy: { id: 'asc' } } as const
  return {
    user: await db.user.findUnique({ where: { id: userId } }),
    tasks: await db.task.findMany(rows),
    tags: await db.tag.findMany(rows),
    sessions: await db.session.findMany(rows),
    apiTokens: await db.apiToken.findMany({ ...rows, omit: { lastUsedAt: true } }),
  }
}

async function newOwner(services: Services) {
  const owner = await testUser(services)
  const { email, password, user } = owner
  const session = await testSession(services, user.id, { userAgent: CANARY, ip: null })
  const caller = internalCaller(services, user.id)
  const { apiToken } = await caller.apiToken.create({ name: CANARY })
  const ids = { sessionId: sessionIdOf(services, session), apiTokenId: apiToken.id, ...(await newTask(caller)) }
  return { userId: user.id, things: { email, password, ...ids }, request: requestOf(owner) }
}

function requestOf({ accessToken, refreshToken }: TestUser) {
  return { bearerToken: accessToken, refreshToken }
}

async function newTask(caller: TestCaller): Promise<Pick<Things, 'taskId' | 'tagId'>> {
  const tag = await caller.tag.create({ name: CANARY })
  const task = await caller.task.create({ title: CANARY, tagIds: [tag.id] })
  return { taskId: task.id, tagId: tag.id }
}

/** The same token, but that its time is over. */
function expired(accessToken: string): string {
  const [header, claims] = accessToken
    .split('.', 2)
    .map((part) => JSON.parse(Buffer.from(part, 'base64url').toString()))
  const now = Math.floor(Date.now() / 1_000)
  return forgeToken({
    header,
    claims: { ...claims, iat: now - 120, exp: now - 60 },
    sign: hmac(deriveKeys(testJwtSecret).access),
  })
}
