import type { Database } from '@taskwire/prisma'
import { LRUCache } from 'lru-cache'
import { batched } from '../batched.ts'
import { DomainError } from '../domain-error.ts'
import { sessionIsOpen } from './session.ts'
import type { TokenSubject } from './tokens.ts'

/** Tells whether the session behind an access token still stands. */
export interface SessionCheck {
  /** @throws DomainError SESSION_REVOKED, or ACCOUNT_INACTIVE */
  check(subject: TokenSubject): Promise<void>
  /** Asks the database again at the next check of any session of the user: some may have ended. */
  forget(userId: string): void
  /** Whether it had to forget the user since a moment (milliseconds, monotonic): who was let in before may be out. */
  hasForgotten(userId: string, since: number): boolean
}

// A revoked session is refused within 5 s everywhere; the rest is for the way to the database and back.
const REMEMBERED_MILLISECONDS = 3_000
const REMEMBERED_SESSIONS = 10_000

/** One query every few seconds for all sessions that are checked at once, however many requests they make. */
export function createSessionCheck(db: Database): SessionCheck {
  const readVerdict = batched((subjects: TokenSubject[]) => readVerdicts(db, subjects))
  const answers = new LRUCache<string, Answer, TokenSubject>({
    max: REMEMBERED_SESSIONS,
    ttl: REMEMBERED_MILLISECONDS,
    // An answer that the cache drops meanwhile still reaches those who wait for it.
    ignoreFetchAbort: true,
    fetchMethod: async (_key, _stale, { context }) => ({
      askedAt: performance.now(),
      verdict: (await readVerdict(context)) ?? 'SESSION_REVOKED',
    }),
  })
  const confirmations = new LRUCache<string, Promise<void>>({ max: REMEMBERED_SESSIONS })
  const forgottenAt = new LRUCache<string, number>({ max: REMEMBERED_SESSIONS })

  async function findVerdict(subject: TokenSubject): Promise<Verdict | undefined> {
    const key = `${subject.userId}/${subject.sessionId}`
    const answer = await answers.fetch(key, { context: subject })
    const forgotten = forgottenAt.get(subject.userId)
    // The database may have been asked before the session ended, or long ago.
    const oldest = Math.max(forgotten ?? 0, performance.now() - REMEMBERED_MILLISECONDS)
    if (answer === undefined || answer.askedAt > oldest) return answer?.verdict
    return (await answers.fetch(key, { context: subject, forceRefresh: true }))?.verdict
  }

  /** Once for a generation, however many calls come with it at the same time: each would take a connection. */
  function confirm(subject: TokenSubject): Promise<void> {
    const key = `${subject.userId}/${subject.sessionId}/${subject.generation}`
    const known = confirmations.get(key)
    if (known !== undefined) return known
    const confirmation = confirmGeneration(db, subject)
    confirmations.set(key, confirmation)
    confirmation.catch(() => confirmations.delete(key))
    return confirmation
  }

  return {
    async check(subject) {
      const verdict = await findVerdict(subject)
      if (verdict !== 'valid') throw new DomainError(verdict ?? 'SESSION_REVOKED')
      await confirm(subject)
    },
    forget(userId) {
      forgottenAt.set(userId, performance.now())
    },
    hasForgotten: (userId, since) => (forgottenAt.get(userId) ?? Number.NEGATIVE_INFINITY) >= since,
  }
}

/** What the database said, and when it was asked (milliseconds, monotonic). */
interface Answer {
  askedAt: number
  verdict: Verdict
}

type Verdict = 'valid' | 'SESSION_REVOKED' | 'ACCOUNT_INACTIVE'

async function readVerdicts(db: Database, subjects: TokenSubject[]): Promise<Verdict[]> {
  const sessions = await db.$queryRaw<{ stands: boolean | null; isActive: boolean | null }[]>`
    SELECT ${sessionIsOpen} AS stands, is_active AS "isActive"
    FROM unnest(${subjects.map(({ userId }) => userId)}::uuid[], ${subjects.map(({ sessionId }) => sessionId)}::uuid[])
      WITH ORDINALITY AS asked (user_id, id, place)
    LEFT JOIN sessions ON sessions.user_id = asked.user_id AND sessions.id = asked.id
    LEFT JOIN users ON users.id = sessions.user_id
    ORDER BY place`
  return sessions.map(({ stands, isActive }) => {
    if (isActive === false) return 'ACCOUNT_INACTIVE'
    return stands === true ? 'valid' : 'SESSION_REVOKED'
  })
}

/** The client has the answer to its last refresh: from now on the token before it is a copy in other hands. */
async function confirmGeneration(db: Database, { userId, sessionId, generation }: TokenSubject): Promise<void> {
  await db.$executeRaw`
    UPDATE sessions SET confirmed_at = clock_timestamp()
    WHERE user_id = ${userId}::uuid AND id = ${sessionId}::uuid AND generation = ${generation} AND confirmed_at IS NULL`
}
