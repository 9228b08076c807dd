export { badTokens } from '@taskwire/domain/testing'

import { type AuthResult, type ErrorData, type User, wire } from '@taskwire/contract'
import { createTRPCClient, isTRPCClientError, localLink, type TRPCClient } from '@trpc/client'
import { appRouter, createCaller } from '../app-router.ts'
import { createContext, type RequestInfo } from '../context.ts'
import { createServices, type Services, type ServicesConfig } from '../services.ts'

export { externalIssuer, externalToken } from './external-issuer.ts'

/** What `testServices` sign by. */
export const testJwtSecret = 'a secret of tests, at least 32 characters'

/** The services of a real server, with passwords that hash fast. */
export function testServices(
  db: ServicesConfig['db'],
  overrides: Partial<Omit<ServicesConfig, 'db'>> = {},
): Services & { close(): Promise<void> } {
  return createServices({
    db,
    jwtSecret: testJwtSecret,
    accessTokenTtlSeconds: 900,
    bcryptCost: 4,
    limitStore: { redis: null, multiplier: 1_000 },
    policy: { passwordMinLength: 8, refreshIdleTtlSeconds: 14 * 86_400, refreshAbsoluteTtlSeconds: 30 * 86_400 },
    ...overrides,
  })
}

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
    bearerToken: null,
    refreshToken: null,
    setRefreshToken: () => {},
    ...request,
  }
}

export type TestCaller = ReturnType<typeof createCaller>

export type TestClient = TRPCClient<typeof appRouter>

/** A user who has registered and is signed in. */
export interface TestUser {
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

let users = 0

/** Registers a user with an address of its own. */
export async function testUser(services: Services): Promise<TestUser> {
  users += 1
  const email = `user-${users}-${Date.now().toString(36)}@example.com`
  const password = 'correct horse battery staple'
  let refreshToken = ''
  const anonymous = await testCaller(services, {
    setRefreshToken: (token) => {
      refreshToken = token?.token ?? ''
    },
  })
  const { user, accessToken } = await anonymous.auth.register({ email, password })
  const caller = await testCaller(services, { bearerToken: accessToken })
  const client = inProcessClient(services, { bearerToken: accessToken })
  return { user, email, password, accessToken, refreshToken, caller, client }
}

/** What a browser holds after a sign-in or a refresh. */
export interface TestSession {
  accessToken: string
  /** What the session's cookie holds. */
  refreshToken: string
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

/** What a client is told of a call that has to fail. */
export async function refusalOf(call: Promise<unknown>): Promise<ErrorData> {
  const error: unknown = await call.then(
    (answer) => new Error(`Not refused: ${JSON.stringify(answer)}`),
    (reason: unknown) => reason,
  )
  if (isTRPCClientError<typeof appRouter>(error) && error.data) return error.data
  throw error
}
