export { restartFeeds } from '@taskwire/domain'
export { badTokens } from '@taskwire/domain/testing'
export {
  type AuthorizationCase,
  type AuthorizationRule,
  authorizationCases,
  authorizationRules,
  type ProcedurePath,
} from './authorization-matrix.ts'
export { CANARY, type CallerName, type Calling, callers, everythingOf, type Things } from './callers.ts'
export { type ChangeStream, openChangeStream, type PlainChange, type StreamEnd } from './change-stream.ts'
export { externalIssuer, externalToken } from './external-issuer.ts'
export { rewind } from './rewind.ts'
export { type TestServicesOptions, testJwtSecret, testServices } from './test-services.ts'
export {
  ageSessions,
  clientWith,
  inProcessClient,
  internalCaller,
  internalContext,
  refusalOf,
  sessionIdOf,
  type TestCaller,
  type TestClient,
  type TestSession,
  type TestUser,
  testCaller,
  testRefresh,
  testRequest,
  testSession,
  testSignIn,
  testUser,
} from './test-users.ts'
export {
  type Answer,
  type Envelope,
  queryUrl,
  readAnswer,
  registeredCalls,
  type TrpcCalls,
  trpcCalls,
} from './trpc-calls.ts'
