import { createHash, randomBytes, randomUUID } from 'node:crypto'
import type { ErrorReason } from '@taskwire/contract'
import {
  type AuthorizationRule,
  authorizationRules,
  type CallerName,
  type Calling,
  callers,
  externalToken,
  internalCaller,
} from '@taskwire/router/testing'
import type { FailingDatabase } from './failing-database.ts'
import type { OperationRequest, RestOperation } from './rest-operations.ts'
import { type HttpAnswer, send } from './send.ts'
import type { TestServer } from './test-server.ts'

/** Where answers are brought about. All servers but the last have one database. */
export interface Setting {
  server: TestServer
  /** A user is full with one task and one tag. */
  full: TestServer
  /** No limit has a point left. */
  spent: TestServer
  /** Its database fails. */
  failing: TestServer
  failingDb: FailingDatabase
}

/** A request of one operation that must be answered in one way. */
export interface Exercise {
  to: TestServer
  request: OperationRequest
  headers: Record<string, string | undefined>
}

export type Prepare = (operation: RestOperation, setting: Setting) => Promise<Exercise>

const rules: Record<string, AuthorizationRule> = authorizationRules

/** Milliseconds within which a stream begins. */
const WITHIN = 10_000

const FORM = 'application/x-www-form-urlencoded'

/** Brings about a success. */
export const exerciseSuccess: Prepare = async (operation, { server }) =>
  exerciseOf(server, operation, await callers.owner(server.services))

/** Brings about a 304. */
export const exerciseUnchanged: Prepare = async (operation, { server }) => {
  const first = exerciseOf(server, operation, await sharedCaller('owner', server))
  const { headers } = await sendExercise(first)
  return { ...first, headers: { ...first.headers, 'if-none-match': headers.etag } }
}

/** Brings about a refusal, by its status and reason: `409 EMAIL_TAKEN`. */
export const exerciseRefusal: Partial<Record<`${number} ${ErrorReason}`, Prepare>> = {
  '400 MALFORMED_REQUEST': inQuery('broken=%ff'),
  '400 VALIDATION_FAILED': async (operation, setting) => {
    const exercise = await inQuery('nothing=1')(operation, setting)
    if (!(exercise.request.body instanceof URLSearchParams)) return exercise
    exercise.request.body.set('grant_type', 'none')
    return exercise
  },
  '401 TOKEN_MISSING': by('anonymous'),
  '401 TOKEN_EXPIRED': async (operation, { server }) => {
    const caller = await sharedCaller('expiredToken', server)
    const { refreshToken } = (await sharedCaller('owner', server)).request
    const { tokens } = server.services.identity
    const session = { ...tokens.verifyRefresh(refreshToken ?? ''), expiresAt: new Date(Date.now() - 120_000) }
    const request = { ...caller.request, refreshToken: tokens.signRefresh(session) }
    return exerciseOf(server, operation, { ...caller, request })
  },
  '401 TOKEN_INVALID': async (operation, { server }) => {
    const request = { bearerToken: 'made-up', refreshToken: 'made-up' }
    return exerciseOf(server, operation, { ...(await sharedCaller('owner', server)), request })
  },
  '401 SESSION_REVOKED': by('revokedSession'),
  '401 ACCOUNT_INACTIVE': by('deactivatedUser'),
  '401 INVALID_CREDENTIALS': async (operation, { server }) => {
    const { things, ...caller } = await sharedCaller('owner', server)
    return exerciseOf(server, operation, { ...caller, things: { ...things, password: 'none of mine' } })
  },
  '403 FORBIDDEN': by('apiToken'),
  '403 CROSS_SITE': withHeaders({ origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' }),
  '404 NOT_FOUND': async (operation, { server }) => {
    const input = operation.procedure === 'task.create' ? { tagIds: [randomUUID()] } : {}
    return exerciseOf(server, operation, await sharedCaller('otherUser', server), input)
  },
  '409 EMAIL_TAKEN': async (operation, { server }) => {
    const { things, ...owner } = await sharedCaller('owner', server)
    const { email } = things
    const request = { bearerToken: externalToken({ claims: { email } }) }
    const input = operation.procedure === 'auth.register' ? { email } : {}
    return exerciseOf(server, operation, { ...owner, things, request }, input)
  },
  '409 TAG_NAME_TAKEN': async (operation, { server }) => {
    const owner = await callers.owner(server.services)
    const { name } = await internalCaller(server.services, owner.userId).tag.create({ name: 'Taken' })
    return exerciseOf(server, operation, owner, { name })
  },
  '409 VERSION_CONFLICT': async (operation, { server }) =>
    exerciseOf(server, operation, await sharedCaller('owner', server), { version: 0 }),
  '409 QUOTA_REACHED': async (operation, { full }) => {
    const owner = await callers.owner(full.services)
    await fill(full, owner)
    return exerciseOf(full, operation, owner)
  },
  '412 VERSION_CONFLICT': withHeaders({ 'if-match': '"0"' }),
  '413 PAYLOAD_TOO_LARGE': inQuery(`long=${'x'.repeat(8_192)}`),
  '415 UNSUPPORTED_MEDIA_TYPE': async (operation, { server }) => {
    const { request, ...exercise } = exerciseOf(server, operation, await sharedCaller('owner', server))
    const headers = { ...exercise.headers, 'content-type': 'text/plain' }
    return { ...exercise, request: { ...request, body: 'text' }, headers }
  },
  '429 RATE_LIMITED': async (operation, { server, spent }) =>
    exerciseOf(spent, operation, await sharedCaller('owner', server)),
  '500 INTERNAL': withFailure('XX000'),
  '503 UNAVAILABLE': withFailure('53100'),
  '504 TIMEOUT': withFailure('57014'),
}

/** Of a stream what is there once something has happened. */
export async function sendExercise({ to, request, headers }: Exercise): Promise<Omit<HttpAnswer, 'cookie'>> {
  const { method, body } = request
  const path = `/api${request.path}`
  if (path !== '/api/changes/stream?since=0') return send(to, { method, path, headers, body: body && String(body) })
  const sent = Object.entries(headers).flatMap(([name, value]) => (value === undefined ? [] : [[name, value] as const]))
  const signal = AbortSignal.timeout(WITHIN)
  const response = await fetch(`${to.url}${path}`, { headers: Object.fromEntries(sent), signal })
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader()
  let text = ''
  for (;;) {
    const { done = true, value = '' } = (await reader?.read()) ?? {}
    text += value
    if (done || (response.ok && text.includes('\n\n'))) break
  }
  await reader?.cancel()
  const { status } = response
  return { status, headers: Object.fromEntries(response.headers), text, reasons: [] }
}

function exerciseOf(
  to: TestServer,
  operation: RestOperation,
  { things, request }: Calling,
  more: object = {},
): Exercise {
  const sent = operation.requestOf({ ...rules[operation.procedure]?.input?.(things), ...more })
  const { bearerToken, refreshToken } = request
  const headers = {
    'content-type':
      sent.body === undefined ? undefined : sent.body instanceof URLSearchParams ? FORM : 'application/json',
    authorization: bearerToken ? `Bearer ${bearerToken}` : undefined,
    cookie: refreshToken ? `taskwire=${refreshToken}` : undefined,
  }
  return { to, request: sent, headers }
}

const shared = new WeakMap<TestServer, Map<CallerName, Promise<Calling>>>()

/** One for all requests that are refused, which change nothing. */
function sharedCaller(name: CallerName, server: TestServer): Promise<Calling> {
  const known = shared.get(server) ?? new Map<CallerName, Promise<Calling>>()
  shared.set(server, known)
  const caller = known.get(name) ?? callers[name](server.services)
  known.set(name, caller)
  return caller
}

function by(name: CallerName): Prepare {
  return async (operation, { server }) => exerciseOf(server, operation, await sharedCaller(name, server))
}

function withHeaders(more: Record<string, string>): Prepare {
  return async (operation, { server }) => {
    const exercise = exerciseOf(server, operation, await sharedCaller('owner', server))
    return { ...exercise, headers: { ...exercise.headers, ...more } }
  }
}

function inQuery(more: string): Prepare {
  return async (operation, { server }) => {
    const { request, ...exercise } = exerciseOf(server, operation, await sharedCaller('owner', server))
    const path = `${request.path}${request.path.includes('?') ? '&' : '?'}${more}`
    return { ...exercise, request: { ...request, path } }
  }
}

function withFailure(code: string): Prepare {
  return async (operation, { failing, failingDb }) => {
    await failingDb.failWith(null)
    const exercise = exerciseOf(failing, operation, await callers.owner(failing.services))
    await failingDb.failWith(code)
    return exercise
  }
}

/** Moves the task of a user who has one to the trash, makes another, and as many API tokens as there may be. */
async function fill({ services }: TestServer, { userId, things }: Calling): Promise<void> {
  const { task } = internalCaller(services, userId)
  await task.delete({ id: things.taskId })
  await task.create({ title: 'In its place' })
  const newToken = () => ({
    userId,
    name: 'Tool',
    tokenHash: createHash('sha256').update(randomBytes(8)).digest('hex'),
  })
  await services.db.apiToken.createMany({ data: Array.from({ length: 50 }, newToken) })
}
