import type { ErrorReason } from '@taskwire/contract'
import { deriveKeys, forgeToken, hmac } from '@taskwire/domain/testing'
import { TRPCError } from '@trpc/server'
import { describe, expect } from 'vitest'
import { appRouter, type routers } from './app-router.ts'
import type { RequestInfo } from './context.ts'
import { reasonOf } from './errors.ts'
import type { Services } from './services.ts'
import { testWith } from './testing/fixture.ts'
import {
  externalIssuer,
  externalToken,
  internalCaller,
  sessionIdOf,
  type TestCaller,
  type TestUser,
  testCaller,
  testJwtSecret,
  testSession,
  testUser,
} from './testing/index.ts'

const test = testWith({ externalIssuer })

// Every procedure × everybody who may call it or not. A procedure that has no entry here does not compile.

type Routers = typeof routers
type ProcedurePath = { [Name in keyof Routers]: `${Name}.${keyof Routers[Name] & string}` }[keyof Routers]

type CallerName =
  | 'anonymous'
  | 'owner'
  | 'otherUser'
  | 'deactivatedUser'
  | 'apiToken'
  | 'externalToken'
  | 'expiredToken'
  | 'revokedSession'

interface Rule extends Record<CallerName, 'served' | ErrorReason> {
  /** By this input the owner of these things is served. */
  input?: (own: Things) => unknown
}

/** What a user has that a procedure can name. */
interface Things {
  email: string
  taskId: string
  tagId: string
  /** A session other than the one that calls. */
  sessionId: string
  apiTokenId: string
}

const password = 'correct horse battery staple'
const CANARY = 'canary 51c7'

const strangers = {
  anonymous: 'TOKEN_MISSING',
  deactivatedUser: 'ACCOUNT_INACTIVE',
  expiredToken: 'TOKEN_EXPIRED',
  revokedSession: 'SESSION_REVOKED',
} as const

/** Of the caller's own things; nothing in the input names anybody else's. */
const accounts = {
  ...strangers,
  owner: 'served',
  otherUser: 'served',
  apiToken: 'served',
  externalToken: 'served',
} as const
/** Of what the input names: for anybody but its owner it does not exist. */
const owners = { ...accounts, otherUser: 'NOT_FOUND' } as const
/** People at a browser of ours: no tools, and nobody who signed in elsewhere. */
const people = { ...accounts, apiToken: 'FORBIDDEN', externalToken: 'FORBIDDEN' } as const
const everybody = {
  ...accounts,
  anonymous: 'served',
  deactivatedUser: 'served',
  expiredToken: 'served',
  revokedSession: 'served',
} as const

const rules = {
  'auth.register': { ...everybody, input: () => ({ email: `${crypto.randomUUID()}@example.com`, password }) },
  'auth.login': {
    ...everybody,
    deactivatedUser: 'INVALID_CREDENTIALS',
    externalToken: 'INVALID_CREDENTIALS',
    input: ({ email }) => ({ email, password }),
  },
  // By the cookie, whatever the access token.
  'auth.refresh': {
    ...everybody,
    anonymous: 'TOKEN_MISSING',
    apiToken: 'TOKEN_MISSING',
    externalToken: 'TOKEN_MISSING',
    deactivatedUser: 'ACCOUNT_INACTIVE',
    revokedSession: 'SESSION_REVOKED',
  },
  // The same, but that somebody without a cookie is told so without a failure.
  'auth.restore': { ...everybody, deactivatedUser: 'ACCOUNT_INACTIVE', revokedSession: 'SESSION_REVOKED' },
  'auth.logout': everybody,
  'auth.me': accounts,
  'auth.changePassword': {
    ...people,
    input: () => ({ currentPassword: password, newPassword: 'a wholly new passphrase' }),
  },
  'auth.deleteAccount': { ...accounts, apiToken: 'FORBIDDEN', input: () => ({ password }) },
  'session.list': people,
  'session.revoke': { ...people, otherUser: 'NOT_FOUND', input: ({ sessionId }) => ({ id: sessionId }) },
  'session.revokeOthers': people,
  'apiToken.create': { ...people, input: () => ({ name: 'Backup', password }) },
  'apiToken.list': people,
  'apiToken.revoke': { ...people, otherUser: 'NOT_FOUND', input: ({ apiTokenId }) => ({ id: apiTokenId }) },
  'task.list': accounts,
  'task.get': { ...owners, input: ({ taskId }) => ({ id: taskId }) },
  'task.create': { ...accounts, input: () => ({ title: 'New' }) },
  'task.update': { ...owners, input: ({ taskId }) => ({ id: taskId, title: 'Changed' }) },
  'task.setCompleted': { ...owners, input: ({ taskId }) => ({ id: taskId, completed: true }) },
  'task.delete': { ...owners, input: ({ taskId }) => ({ id: taskId }) },
  'task.restore': { ...owners, input: ({ taskId }) => ({ id: taskId }) },
  'task.updateMany': { ...owners, input: ({ taskId }) => ({ ids: [taskId], completed: true }) },
  'task.deleteMany': { ...owners, input: ({ taskId }) => ({ ids: [taskId] }) },
  'tag.list': accounts,
  'tag.create': { ...accounts, input: () => ({ name: 'New' }) },
  'tag.update': { ...owners, input: ({ tagId }) => ({ id: tagId, name: 'Changed' }) },
  'tag.delete': { ...owners, input: ({ tagId }) => ({ id: tagId }) },
  'change.list': { ...accounts, input: () => ({ since: 0 }) },
  'change.stream': { ...accounts, input: () => ({ since: 0 }) },
} satisfies Record<ProcedurePath, Rule>

test('every procedure has an entry, or the build fails', () => {
  expect(Object.keys(rules).sort()).toEqual(Object.keys(appRouter._def.procedures).sort())
  const { 'auth.me': _, ...incomplete } = rules
  // @ts-expect-error: without one of them it is not the matrix of all procedures
  incomplete satisfies Record<ProcedurePath, Rule>
})

describe.each(Object.entries<Rule>(rules))('%s', (path, { input, ...expected }) => {
  test.for(Object.entries(expected))('for the caller %s: %s', async ([name, expectation], { services }) => {
    const { userId, things, request } = await callers[name as CallerName](services)
    const isForeign = name === 'otherUser' && path !== 'auth.login'
    const changesNothing = isForeign || expectation !== 'served'
    const before = changesNothing && (await everythingOf(services, userId))
    const answer = await answerOf(await testCaller(services, request), path, input?.(things))
    expect(answer.refusal ?? 'served').toBe(expectation)
    if (isForeign) expect(JSON.stringify(answer)).not.toContain(CANARY)
    if (changesNothing) expect(await everythingOf(services, userId)).toEqual(before)
  })
})

/** Somebody who calls, and the user whose things the call names. */
interface Calling {
  userId: string
  things: Things
  request: Partial<RequestInfo>
}

const callers: Record<CallerName, (services: Services) => Promise<Calling>> = {
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
    const { taskId, tagId } = await newTask(caller)
    // Sessions and API tokens such a user has none; their ids stand for any.
    return { userId: id, things: { email, taskId, tagId, sessionId: id, apiTokenId: id }, request }
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

async function newOwner(services: Services) {
  const owner = await testUser(services)
  const { email, user } = owner
  const session = await testSession(services, user.id, { userAgent: CANARY, ip: null })
  const caller = internalCaller(services, user.id)
  const { apiToken } = await caller.apiToken.create({ name: CANARY })
  const ids = { sessionId: sessionIdOf(services, session), apiTokenId: apiToken.id, ...(await newTask(caller)) }
  return { userId: user.id, things: { email, ...ids }, request: requestOf(owner) }
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

async function answerOf(caller: TestCaller, path: string, input: unknown) {
  const [router = '', name = ''] = path.split('.')
  const procedures = caller as unknown as Record<string, Record<string, (input: unknown) => Promise<unknown>>>
  try {
    const data = await procedures[router]?.[name]?.(input)
    if (isStream(data)) await data[Symbol.asyncIterator]().return?.()
    return { data }
  } catch (error) {
    if (error instanceof TRPCError) return { refusal: reasonOf(error) }
    throw error
  }
}

function isStream(data: unknown): data is AsyncIterable<unknown> {
  return typeof data === 'object' && data !== null && Symbol.asyncIterator in data
}

/** All rows of a user, to see that a call has changed nothing. */
async function everythingOf(services: Services, userId: string): Promise<unknown> {
  const rows = { where: { userId }, orderBy: { id: 'asc' } } as const
  return {
    user: await services.db.user.findUnique({ where: { id: userId } }),
    tasks: await services.db.task.findMany(rows),
    tags: await services.db.tag.findMany(rows),
    sessions: await services.db.session.findMany(rows),
    apiTokens: await services.db.apiToken.findMany({ ...rows, omit: { lastUsedAt: true } }),
  }
}
