import type { Database } from '@taskwire/prisma'
import { LRUCache } from 'lru-cache'
import { DomainError } from '../domain-error.ts'
import type { TokenSubject } from './tokens.ts'

/** Tells whether the session behind an access token still stands. */
export interface SessionCheck {
  /** @throws DomainError SESSION_REVOKED, or ACCOUNT_INACTIVE */
  check(subject: TokenSubject): Promise<void>
  /** Asks the database at the next check: this process has just ended the session. */
  forget(subject: TokenSubject): void
}

// A revoked session is refused within 5 s everywhere; the rest is for the way to the database and back.
const REMEMBERED_MILLISECONDS = 4_000
const REMEMBERED_SESSIONS = 10_000

/** One query a session every few seconds, however many requests it makes and however many of them at once. */
export function createSessionCheck(db: Database): SessionCheck {
  const verdicts = new LRUCache<string, Verdict, TokenSubject>({
    max: REMEMBERED_SESSIONS,
    ttl: REMEMBERED_MILLISECONDS,
    fetchMethod: (_key, _stale, { context }) => readVerdict(db, context),
  })
  return {
    async check(subject) {
      const verdict = await verdicts.fetch(keyOf(subject), { context: subject })
      if (verdict !== 'valid') throw new DomainError(verdict ?? 'SESSION_REVOKED')
    },
    forget(subject) {
      verdicts.delete(keyOf(subject))
    },
  }
}

type Verdict = 'valid' | 'SESSION_REVOKED' | 'ACCOUNT_INACTIVE'

async function readVerdict(db: Database, { userId, sessionId }: TokenSubject): Promise<Verdict> {
  const [session] = await db.$queryRaw<{ stands: boolean; isActive: boolean }[]>`
    SELECT revoked_at IS NULL AND expires_at > clock_timestamp() AS stands, is_active AS "isActive"
    FROM sessions JOIN users ON users.id = user_id
    WHERE user_id = ${userId}::uuid AND sessions.id = ${sessionId}::uuid`
  if (session === undefined) return 'SESSION_REVOKED'
  if (!session.isActive) return 'ACCOUNT_INACTIVE'
  return session.stands ? 'valid' : 'SESSION_REVOKED'
}

function keyOf({ userId, sessionId }: TokenSubject): string {
  return `${userId}/${sessionId}`
}
