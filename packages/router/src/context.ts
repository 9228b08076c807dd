import { readId } from '@taskwire/contract'
import {
  authenticate,
  type Caller,
  type Database,
  type Device,
  DomainError,
  type Identity,
  type RefreshToken,
  type SecurityEvent,
} from '@taskwire/domain'
import { type AnswerBudget, createAnswerBudget } from './answers/answer-budget.ts'
import type { OutgoingAnswer } from './answers/answer-room.ts'
import type { EndedCall } from './ended-call.ts'
import type { LimitState } from './limits/limits.ts'
import type { Services } from './services.ts'

/** What a call is told of the HTTP request that it came by. */
export interface RequestInfo {
  /** In every log line and error of the request. */
  requestId: string
  device: Device
  /** What limits by address count: an IPv4 address, or the network of an IPv6 one. Null by no network: then nothing is limited. */
  address: string | null
  /** The same for limits of what costs more: of an IPv6 address a wider network. */
  network: string | null
  /** How many calls the request makes. */
  batchSize: number
  /** Where the answer goes; null by no network: then it may have any length. */
  answer: OutgoingAnswer | null
  /** Whether the answer is streamed: its headers, and with them cookies, are out before a procedure runs. */
  streamed: boolean
  /** From `Authorization: Bearer …`; null without. */
  bearerToken: string | null
  /** From the session's cookie, or from a caller who keeps it; null without. */
  refreshToken: string | null
  /** Whether the caller keeps the refresh token: then it is part of the answer, and no cookie is set. */
  keepsRefreshToken: boolean
  /** Whether the request comes from a page of a site that has no business with the session's cookie. */
  crossSite: boolean
  /** Sets the session's cookie, or with null clears it; does nothing for a caller who keeps the token. */
  setRefreshToken(token: RefreshToken | null): void
  /** Tells the caller how much of a limit is left. */
  reportLimit(state: LimitState): void
  /** Notes a security event in the log. */
  audit(event: SecurityEvent): void
  /** Told of each call of the request when it has come to its end; it must not throw. */
  callEnded(call: EndedCall): void
}

/** What procedures get. */
export interface Context extends Services {
  /** What the verbs of identity work with; what they note goes where the events of the request go. */
  identity: Identity
  request: RequestInfo
  /** When the request came (milliseconds, monotonic). */
  receivedAt: number
  /**
   * Who is calling. It is found out once a request, when the first of its calls asks: a request whose calls never ask costs
   * the database nothing, and makes no account for a token of another issuer.
   *
   * @throws DomainError where that is not known
   */
  findCaller(): Promise<Caller>
  /** Whom `findCaller` has found so far; null before, and where nobody is known. */
  knownUserId(): string | null
  /** The same, and before that whose access token it is by its signature alone: for whoever looks on, since a call may wait long to be let in. */
  presumedUserId(): string | null
  /** What the calls of this request may answer. */
  answerBudget: AnswerBudget
}

/** The context of an HTTP request, shared by all calls of a batch. */
export async function createContext(services: Services, request: RequestInfo): Promise<Context> {
  const identity = { ...services.identity, audit: request.audit }
  let caller: Promise<Caller> | undefined
  let userId: string | null = null
  let signedUserId: string | null | undefined
  return {
    ...services,
    identity,
    request,
    receivedAt: performance.now(),
    answerBudget: createAnswerBudget(services.answerRoom, request.answer),
    findCaller: () => {
      caller ??= findCaller(services.db, identity, request).then((found) => {
        userId = found.userId
        return found
      })
      return caller
    },
    knownUserId: () => userId,
    presumedUserId() {
      signedUserId ??= userId ?? readSignedUserId(identity, request)
      return userId ?? signedUserId
    },
  }
}

/**
 * The context of a call that comes by no HTTP request: for `createCaller`, in internal tools and tests.
 *
 * @param userId whose things the calls are about; without: nobody's, for the procedures that are public
 * @param audit where security events go; without: nowhere
 * @throws TypeError for a user id that is not a UUID
 */
export function createInnerContext(
  services: Services,
  { userId = null, audit = () => {} }: { userId?: string | null; audit?: Identity['audit'] } = {},
): Context {
  const ownId = userId === null ? null : readId(userId)
  if (userId !== null && ownId === null) throw new TypeError('A user id is a UUID')
  return {
    ...services,
    identity: { ...services.identity, audit },
    answerBudget: createAnswerBudget(services.answerRoom, null),
    receivedAt: performance.now(),
    request: {
      requestId: 'internal',
      device: { userAgent: null, ip: null },
      address: null,
      network: null,
      batchSize: 1,
      answer: null,
      streamed: false,
      bearerToken: null,
      refreshToken: null,
      keepsRefreshToken: false,
      crossSite: false,
      setRefreshToken: () => {},
      reportLimit: () => {},
      audit,
      callEnded: () => {},
    },
    async findCaller() {
      if (ownId === null) throw new DomainError('TOKEN_MISSING')
      return { kind: 'internal', userId: ownId }
    },
    knownUserId: () => ownId,
    presumedUserId: () => ownId,
  }
}

async function findCaller(db: Database, identity: Identity, { bearerToken }: RequestInfo): Promise<Caller> {
  if (bearerToken === null) throw new DomainError('TOKEN_MISSING')
  return authenticate(db, identity, bearerToken)
}

function readSignedUserId({ tokens }: Identity, { bearerToken }: RequestInfo): string | null {
  if (bearerToken === null) return null
  try {
    return tokens.verifyAccess(bearerToken).userId
  } catch {
    return null
  }
}
