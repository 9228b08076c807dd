import type { User } from '@taskwire/contract'
import { wire } from '@taskwire/contract'
import { createTRPCClient, localLink, type TRPCClient } from '@trpc/client'
import { appRouter, createCaller } from '../app-router.ts'
import { createContext, type RequestInfo } from '../context.ts'
import { createServices, type Services, type ServicesConfig } from '../services.ts'

/** The services of a real server, with passwords that hash fast. */
export function testServices(
  db: ServicesConfig['db'],
  overrides: Partial<Omit<ServicesConfig, 'db'>> = {},
): Services & { close(): Promise<void> } {
  return createServices({
    db,
    jwtSecret: 'a secret of tests, at least 32 characters',
    accessTokenTtlSeconds: 900,
    bcryptCost: 4,
    policy: { passwordMinLength: 8, refreshIdleTtlSeconds: 14 * 86_400, refreshAbsoluteTtlSeconds: 30 * 86_400 },
    ...overrides,
  })
}

/** What an HTTP adapter would pass on; without a token: an anonymous caller. */
export function testRequest(request: Partial<RequestInfo> = {}): RequestInfo {
  return {
    requestId: 'test',
    device: { userAgent: 'vitest', ip: '127.0.0.1' },
    bearerToken: null,
    refreshToken: null,
    setRefreshToken: () => {},
    ...request,
  }
}

export type TestCaller = ReturnType<typeof createCaller>

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
  return { user, email, password, accessToken, refreshToken, caller }
}

/** Calls procedures as an HTTP request with these properties would. */
export async function testCaller(services: Services, request: Partial<RequestInfo> = {}): Promise<TestCaller> {
  return createCaller(await createContext(services, testRequest(request)))
}

/** The typed client over the real router, without HTTP: through the wire format and the error shape, both ways. */
export function inProcessClient(services: Services, request: Partial<RequestInfo> = {}): TRPCClient<typeof appRouter> {
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
