import type { ErrorReason } from '@taskwire/contract'
import type { routers } from '../app-router.ts'
import type { CallerName, Things } from './callers.ts'

// Every procedure × everybody who may call it or not. A procedure that has no entry here does not compile.

type Routers = typeof routers

/** Of every procedure, such as `task.list`. */
export type ProcedurePath = { [Name in keyof Routers]: `${Name}.${keyof Routers[Name] & string}` }[keyof Routers]

type Expected = 'served' | ErrorReason

/** What becomes of a procedure's calls, by who calls. */
export interface AuthorizationRule extends Record<CallerName, Expected> {
  /** By this input the owner of these things is served. */
  input?: (own: Things) => object
}

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

/** Who may call what. */
export const authorizationRules = {
  'auth.register': {
    ...everybody,
    input: ({ password }) => ({ email: `${crypto.randomUUID()}@example.com`, password }),
  },
  'auth.login': {
    ...everybody,
    deactivatedUser: 'INVALID_CREDENTIALS',
    externalToken: 'INVALID_CREDENTIALS',
    input: ({ email, password }) => ({ email, password }),
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
    input: ({ password }) => ({ currentPassword: password, newPassword: 'a wholly new passphrase' }),
  },
  'auth.deleteAccount': { ...accounts, apiToken: 'FORBIDDEN', input: ({ password }) => ({ password }) },
  'account.export': accounts,
  'session.list': people,
  'session.revoke': { ...people, otherUser: 'NOT_FOUND', input: ({ sessionId }) => ({ id: sessionId }) },
  'session.revokeOthers': people,
  'apiToken.create': { ...people, input: ({ password }) => ({ name: 'Backup', password }) },
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
} satisfies Record<ProcedurePath, AuthorizationRule>

/** One procedure, called by one caller. */
export interface AuthorizationCase {
  path: ProcedurePath
  caller: CallerName
  expected: Expected
  /** Undefined for a procedure that takes nothing, or where nothing has to be said. */
  inputOf(things: Things): object | undefined
  /** Whether the owner's things must stay as they are and out of the answer. */
  untouched: boolean
}

/** The table, cell by cell. */
export const authorizationCases: readonly AuthorizationCase[] = Object.entries<AuthorizationRule>(
  authorizationRules,
).flatMap(([name, { input = () => undefined, ...expectations }]) => {
  const path = name as ProcedurePath
  return Object.entries(expectations).map(([caller, expected]) => ({
    path,
    caller: caller as CallerName,
    expected,
    inputOf: input,
    // Who knows the owner's password signs in as the owner.
    untouched: expected !== 'served' || (caller === 'otherUser' && path !== 'auth.login'),
  }))
})
