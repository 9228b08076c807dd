import { type AuthResult, type ErrorData, type User, wire } from '@taskwire/contract'
import { createTRPCClient, isTRPCClientError, localLink, type TRPCClient } from '@trpc/client'
import { hashSync } from 'bcryptjs'
import { appRouter, createCaller } from '../app-router.ts'
import { type Context, createContext, createInnerContext, type RequestInfo } from '../context.ts'
import type { Services } from '../services.ts'

/** What an HTTP adapter would pass on; without a token: an anonymous caller. */
export function testRequest(request: Partial<RequestInfo> = {}): RequestInfo {
  return {
    requestId: 'test',
    device: { userAgent: 'vitest', ip: '127.0.0.1' },
    address: '127.0.0.1',
    network: '127.0.0.1',
    batchSize: 1,
    answer: null,
    streamed: false,
    crossSite: false,
    reportLimit: () => {},
    audit: () => {},
    callEnded: () => {},
    bearerToken: null,
    refreshToken: null,
    keepsRefreshToken: false,
    setRefreshToken: () => {},
    ...request,
  }
}

export type TestCaller = ReturnType<typeof createCaller>

export type TestClient = TRPCClient<typeof appRouter>

/** A user who has registered and is signed in. */
export interface TestUser {
  /** Where the account is. */
  services: Services
  user: User
  email: string
  password: string
  accessToken: string
  /** What the session's cookie holds. */
  refreshToken: string
  /** Calls procedures as this user, by the access token. */
  caller: TestCaller
  /** The same as a client would: through the wire format and the error shape. */
  client: TestClient
}

const PASSWORD = 'correct horse battery staple'
/** At the cost of `testServices`. */
const PASSWORD_HASH = hashSync(PASSWORD, 4)

let users = 0

/** A user with an address of its own: as after a registration, but without its work. */
export async function testUser(services: Services): Promise<TestUser> {
  users += 1
  const email = `user-${users}-${Date.now().toString(36)}@example.com`
  const user = await services.db.user.create({
    data: { email, passwordHash: PASSWORD_HASH },
    select: { id: true, email: true, createdAt: true, updatedAt: true },
  })
  const session = await testSession(services, user.id)
  const request = { bearerToken: session.accessToken }
  const [caller, client] = [await testCaller(services, request), inProcessClient(services, request)]
  return { services, user, email, password: PASSWORD, ...session, caller, client }
}

/** What a browser holds after a sign-in or a refresh. */
export interface TestSession {
  accessToken: string
  /** What the session's cookie holds. */
  refreshToken: string
}

/** Opens one more session of a user: as after a sign-in, but without its work. */
export async function testSession(
  { db, identity: { policy, tokens } }: Services,
  userId: string,
  device: RequestInfo['device'] = { userAgent: 'vitest', ip: '127.0.0.1' },
): Promise<TestSession> {
  const inSeconds = (seconds: number) => new Date(Date.now() + seconds * 1_000)
  const expiresAt = inSeconds(policy.refreshAbsoluteTtlSeconds)
  const idleExpiresAt = inSeconds(policy.refreshIdleTtlSeconds)
  const { id, generation } = await db.session.create({ data: { userId, ...device, idleExpiresAt, expiresAt } })
  const subject = { userId, sessionId: id, generation }
  return { accessToken: tokens.signAccess(subject).token, refreshToken: tokens.signRefresh({ ...subject, expiresAt }) }
}

/** Signs a user in once more, as on another device. */
export async function testSignIn(
  services: Services,
  { email, password }: Pick<TestUser, 'email' | 'password'>,
  request: Partial<RequestInfo> = {},
): Promise<TestSession> {
  return holdSession(services, request, ({ auth }) => auth.login.mutate({ email, password }))
}

/** Refreshes by what a cookie holds. */
export async function testRefresh(
  services: Services,
  refreshToken: string,
  request: Partial<RequestInfo> = {},
): Promise<TestSession> {
  return holdSession(services, { ...request, refreshToken }, ({ auth }) => auth.refresh.mutate())
}

/** The id of a session, by what its cookie holds. */
export function sessionIdOf({ identity }: Services, { refreshToken }: Pick<TestSession, 'refreshToken'>): string {
  return identity.tokens.verifyRefresh(refreshToken).sessionId
}

/** Lets the clock of a user's sessions run: as if the last rotation of each had been that much earlier. */
export async function ageSessions({ services, user }: TestUser, seconds: number): Promise<void> {
  await services.db.$executeRaw`
    UPDATE sessions SET rotated_at = rotated_at - make_interval(secs => ${seconds}::float8)
    WHERE user_id = ${user.id}::uuid`
}

async function holdSession(
  services: Services,
  request: Partial<RequestInfo>,
  open: (client: TestClient) => Promise<AuthResult>,
): Promise<TestSession> {
  let refreshToken = ''
  const setRefreshToken: RequestInfo['setRefreshToken'] = (token) => {
    refreshToken = token?.token ?? ''
  }
  const { accessToken } = await open(inProcessClient(services, { ...request, setRefreshToken }))
  return { accessToken, refreshToken }
}

/** What the calls of an internal tool get. */
export function internalContext(services: Services, userId: string, audit?: RequestInfo['audit']): Context {
  return createInnerContext(services, { userId, audit })
}

/** Calls procedures as an internal tool does, in the name of a user. */
export function internalCaller(services: Services, userId: string, audit?: RequestInfo['audit']): TestCaller {
  return createCaller(internalContext(services, userId, audit))
}

/** Calls procedures as an HTTP request with these properties would. */
export async function testCaller(services: Services, request: Partial<RequestInfo> = {}): Promise<TestCaller> {
  return createCaller(await createContext(services, testRequest(request)))
}

/** The typed client over the real router, without HTTP: through the wire format and the error shape, both ways. */
export function inProcessClient(services: Services, request: Partial<RequestInfo> = {}): TestClient {
  return createTRPCClient({
    links: [
      localLink({
        router: appRouter,
        transformer: wire,
        createContext: () => createContext(services, testRequest(request)),
      }),
    ],
  })
}

/** A client that shows an access token, an API token or one of another issuer. */
export function clientWith(services: Services, bearerToken: string): TestClient {
  return inProcessClient(services, { bearerToken })
}

/** What a client is told of a call that has to fail. */
export async function refusalOf(call: Promise<unknown>): Promise<ErrorData> {
  const error: unknown = await call.then(
    (answer) => new Error(`Not refused: ${JSON.stringify(answer)}`),
    (reason: unknown) => reason,
  )
  if (isTRPCClientError<typeof appRouter>(error) && error.data) return error.data
  throw error
}
