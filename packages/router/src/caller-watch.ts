import { type Caller, type Database, DomainError, type Identity, reauthenticate } from '@taskwire/domain'
import { createRounds, type Rounds } from './rounds.ts'

/** What has to be known of somebody who listens. */
interface Listening {
  db: Database
  identity: Identity
  caller: Caller
  request: { bearerToken: string | null }
}

/** Looks again and again whether those who listen still may: a stream ends with its session or token. */
export interface CallerWatch {
  /** @returns what aborts when the caller may no longer call, with the error that says why */
  watch(listening: Listening): Disposable & { readonly signal: AbortSignal }
  /** Looks at once at those who listen as this user, whose access has changed. */
  look(userId: string): void
}

/** Milliseconds. A session check may remember an answer for 4 s; who checks tokens asks the database each time. */
const OFTEN = 1_000
const SELDOM = 4_000

export function createCallerWatch(): CallerWatch {
  const often = createRounds(OFTEN)
  const seldom = createRounds(SELDOM)
  const roundsOf: Record<Caller['kind'], Rounds> = {
    session: often,
    apiToken: seldom,
    external: seldom,
    internal: seldom,
  }
  const checks = new Map<string, Set<() => void>>()
  return {
    watch({ db, identity, caller, request: { bearerToken } }) {
      const controller = new AbortController()
      const check = async () => {
        try {
          if (bearerToken !== null) await reauthenticate(db, identity, { bearerToken, caller })
        } catch (error) {
          // A database that is away for a moment says nothing about the caller.
          if (error instanceof DomainError) controller.abort(error)
        }
      }
      const look = () => void check()
      const place = roundsOf[caller.kind].join(look)
      const ofUser = checks.get(caller.userId) ?? new Set()
      checks.set(caller.userId, ofUser.add(look))
      return {
        signal: controller.signal,
        [Symbol.dispose]() {
          place[Symbol.dispose]()
          ofUser.delete(look)
          if (ofUser.size === 0) checks.delete(caller.userId)
        },
      }
    },
    look(userId) {
      for (const look of checks.get(userId) ?? []) look()
    },
  }
}
