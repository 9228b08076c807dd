import type { Database } from '@taskwire/prisma'
import { LRUCache } from 'lru-cache'
import { DomainError } from '../domain-error.ts'
import type { TokenSubject } from './tokens.ts'

/** Tells whether the session behind an access token still stands. */
export interface SessionCheck {
  /** @throws DomainError SESSION_REVOKED, or ACCOUNT_INACTIVE */
  check(subject: TokenSubject): Promise<void>
  /** Asks the database again at the next check of any session of the user: this process has just ended some. */
  forget(userId: string): void
}

// A revoked session is refused within 5 s everywhere; the rest is for the way to the database and back.
const REMEMBERED_MILLISECONDS = 4_000
const REMEMBERED_SESSIONS = 10_000

/** One query a session every few seconds, however many requests it makes and however many of them at once. */
export function createSessionCheck(db: Database): SessionCheck {
  const verdicts = new LRUCache<string, Verdict, TokenSubject>({
    max: REMEMBERED_SESSIONS,
    ttl: REMEMBERED_MILLISECONDS,
    // Whoever waits for a verdict that is being forgotten still gets it.
    ignoreFetchAbort: true,
    fetchMethod: (_key, _stale, { context }) => readVerdict(db, context),
  })
  const confirmed = new LRUCache<string, true>({ max: REMEMBERED_SESSIONS })

  return {
    async check(subject) {
      const { userId, sessionId, generation } = subject
      const verdict = await verdicts.fetch(`${userId}/${sessionId}`, { context: subject })
      if (verdict !== 'valid') throw new DomainError(verdict ?? 'SESSION_REVOKED')
      const key = `${userId}/${sessionId}/${generation}`
      if (!confirmed.has(key)) {
        await confirmGeneration(db, subject)
        confirmed.set(key, true)
      }
    },
    forget(userId) {
      for (const key of verdicts.keys()) if (key.startsWith(userId)) verdicts.delete(key)
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

/** The client has the answer to its last refresh: from now on the token before it is a copy in other hands. */
async function confirmGeneration(db: Database, { userId, sessionId, generation }: TokenSubject): Promise<void> {
  await db.$executeRaw`
    UPDATE sessions SET confirmed_at = clock_timestamp()
    WHERE user_id = ${userId}::uuid AND id = ${sessionId}::uuid AND generation = ${generation} AND confirmed_at IS NULL`
}
