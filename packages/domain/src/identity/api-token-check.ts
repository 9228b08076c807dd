import type { Database } from '@taskwire/prisma'
import { LRUCache } from 'lru-cache'
import { DomainError } from '../domain-error.ts'
import { findApiTokenOwner, hashOf } from './api-token.ts'

/** Tells whose an API token is; one that was good a moment ago costs the database nothing. */
export interface ApiTokenCheck {
  /** Whether the token has been good in this process. Any other may be made up: the address pays for looking it up. */
  isProven(token: string): boolean
  /** Whose the token is. @throws DomainError TOKEN_INVALID, TOKEN_EXPIRED, ACCOUNT_INACTIVE */
  findOwner(token: string): Promise<string>
  /** Asks the database again about all of the user's tokens: some may have ended. */
  forget(userId: string): void
}

// A revoked token is refused within 5 s everywhere; the rest is for the way to the database and back.
const REMEMBERED_MILLISECONDS = 3_000
const REMEMBERED_TOKENS = 10_000

/** One query every few seconds for a token, however many calls are made with it. Tokens are kept as their hashes. */
export function createApiTokenCheck(db: Database): ApiTokenCheck {
  const proofs = new LRUCache<string, Proof>({ max: REMEMBERED_TOKENS })
  const lookups = new Map<string, Promise<string>>()
  let endings = 0

  async function lookUp(token: string, hash: string): Promise<string> {
    const askedAt = performance.now()
    const endingsBefore = endings
    try {
      const { userId, millisecondsLeft } = await findApiTokenOwner(db, token)
      // A token may have ended while we asked: the answer may be from before that.
      if (endings === endingsBefore) {
        proofs.set(hash, { userId, until: askedAt + Math.min(REMEMBERED_MILLISECONDS, millisecondsLeft) })
      }
      return userId
    } catch (error) {
      if (error instanceof DomainError) proofs.delete(hash)
      throw error
    }
  }

  return {
    isProven: (token) => proofs.has(hashOf(token)),
    findOwner(token) {
      const hash = hashOf(token)
      const proof = proofs.get(hash)
      if (proof !== undefined && performance.now() < proof.until) return Promise.resolve(proof.userId)
      const underWay = lookups.get(hash)
      if (underWay !== undefined) return underWay
      const lookup = lookUp(token, hash).finally(() => {
        if (lookups.get(hash) === lookup) lookups.delete(hash)
      })
      lookups.set(hash, lookup)
      return lookup
    },
    forget(userId) {
      endings += 1
      lookups.clear()
      // Those that still work stay proven; of the others the next look-up forgets that they were.
      for (const proof of proofs.values()) if (proof.userId === userId) proof.until = 0
    },
  }
}

/** Whose a token was, and until when that is believed without asking (milliseconds, monotonic). */
interface Proof {
  readonly userId: string
  until: number
}
