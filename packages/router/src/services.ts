import { DEFAULT_QUOTAS } from '@taskwire/contract'
import {
  type ChangeBus,
  type ChangeHub,
  createApiTokenCheck,
  createChangeHub,
  createExternalTokens,
  createPasswords,
  createPseudonyms,
  createSessionCheck,
  createTokens,
  type Database,
  type ExternalIssuer,
  forgetAccess,
  type Identity,
  type IdentityPolicy,
  type Quotas,
} from '@taskwire/domain'
import { type AnswerRoom, createAnswerRoom } from './answers/answer-room.ts'
import { type CallerWatch, createCallerWatch } from './caller-watch.ts'
import type { LimitStore } from './limits/counter.ts'
import { createLimits, type Limits } from './limits/limits.ts'
import type { RunningCall } from './running-calls.ts'
import { createStreamSlots, type StreamSlots } from './stream-slots.ts'
import { createTurns, type Turns } from './turns.ts'

/** What every call works with: made once at start, closed at the end. */
export interface Services {
  db: Database
  /** What the verbs of identity work with, but where their events go: each caller says that. */
  identity: Omit<Identity, 'audit'>
  limits: Limits
  quotas: Quotas
  turns: Turns
  changes: ChangeHub
  streamSlots: StreamSlots
  answerRoom: AnswerRoom
  callerWatch: CallerWatch
  /** The calls of this process that are under way: who uses up what there is for all. */
  runningCalls: Set<RunningCall>
}

export interface ServicesConfig {
  /** From `openDatabase(…).client`. */
  db: Database
  /** Its connections, of which one user gets half, and one at least. Default: plenty. */
  databasePoolSize?: number | undefined
  policy: IdentityPolicy
  jwtSecret: string
  /** Still accepted, never signed with: the one before a rotation, or the one after it. */
  jwtSecretPrevious?: string | undefined
  /** Seconds. */
  accessTokenTtlSeconds: number
  /** A sign-in service whose tokens are accepted as well. */
  externalIssuer?: ExternalIssuer | undefined
  /** bcrypt's cost: each step doubles the work. */
  bcryptCost: number
  /** How much one user may own. Default: `DEFAULT_QUOTAS`. */
  quotas?: Quotas | undefined
  /** Where limits are counted. Default: in this process. */
  limitStore?: LimitStore | undefined
  /** Carries announcements of changes to the other processes. Default: there are none. */
  changeBus?: ChangeBus | null | undefined
  /** Milliseconds between two looks for changes that no announcement told. */
  sweepInterval?: number | undefined
}

/** Starts nothing yet; whoever made them closes them, and the database after. */
export function createServices(config: ServicesConfig): Services & { close(): Promise<void> } {
  const { db, policy, externalIssuer, limitStore = { redis: null, multiplier: 1 }, changeBus = null } = config
  const checks = { sessionCheck: createSessionCheck(db), apiTokenCheck: createApiTokenCheck(db) }
  const callerWatch = createCallerWatch()
  const changes = createChangeHub({
    db,
    bus: changeBus,
    onAccess(userId) {
      forgetAccess(checks, userId)
      callerWatch.look(userId)
    },
    sweepInterval: config.sweepInterval,
  })
  const pseudonym = createPseudonyms(config.jwtSecret)
  const passwords = createPasswords({ cost: config.bcryptCost })
  return {
    db,
    identity: {
      policy,
      passwords,
      pseudonym,
      tokens: createTokens({
        secret: config.jwtSecret,
        previousSecret: config.jwtSecretPrevious,
        accessTtlSeconds: config.accessTokenTtlSeconds,
      }),
      ...checks,
      accessChanged: changes.announceAccess,
      externalTokens: externalIssuer === undefined ? null : createExternalTokens(externalIssuer),
    },
    quotas: config.quotas ?? DEFAULT_QUOTAS,
    limits: createLimits(limitStore, pseudonym),
    turns: createTurns({
      poolSize: config.databasePoolSize ?? Number.POSITIVE_INFINITY,
      multiplier: limitStore.multiplier,
    }),
    changes,
    streamSlots: createStreamSlots(limitStore, pseudonym),
    answerRoom: createAnswerRoom(),
    runningCalls: new Set(),
    callerWatch,
    async close() {
      await changes.close()
      await passwords.close()
    },
  }
}
