import type { User } from '@taskwire/contract'
import type { Database } from '@taskwire/prisma'
import { DomainError } from '../../domain-error.ts'
import type { Identity } from '../identity.ts'
import { openSession } from '../open-session.ts'
import { refresh } from '../refresh.ts'
import { createSessionCheck } from '../session-check.ts'
import type { Exchange } from './refresh-worlds.ts'

/** Asks the same of a new session of the user, by the real verbs on the database. @returns what they answer */
export async function replay(
  { db, identity, ...account }: { db: Database; identity: Identity; user: User; passwordHash: string },
  exchanges: readonly Exchange[],
): Promise<Exchange[]> {
  const place = { device: { userAgent: null, ip: null }, replacedToken: null }
  const { signIn } = await openSession(db, identity, { ...account, ...place })
  const { sessionId } = signIn
  const userId = account.user.id
  const tokens = new Map([[1, signIn.refreshToken.token]])

  async function wait(seconds: number): Promise<void> {
    await db.$executeRaw`
      UPDATE sessions SET rotated_at = rotated_at - make_interval(secs => ${seconds}::int)
      WHERE user_id = ${userId}::uuid AND id = ${sessionId}::uuid`
  }

  async function present(generation: number): Promise<number | null> {
    const token = tokens.get(generation)
    if (token === undefined) throw new Error(`There is no generation ${generation}`)
    const renewed = await unlessRevoked(refresh(db, identity, token))
    if (renewed === null) return null
    const handedOut = identity.tokens.verifyRefresh(renewed.refreshToken.token).generation
    tokens.set(handedOut, renewed.refreshToken.token)
    return handedOut
  }

  async function call(generation: number): Promise<boolean> {
    // As a process that has not heard of the session yet.
    const check = createSessionCheck(db).check({ userId, sessionId, generation })
    return (await unlessRevoked(check.then(() => true))) ?? false
  }

  const replayed: Exchange[] = []
  for (const exchange of exchanges) {
    switch (exchange.asked) {
      case 'wait':
        await wait(exchange.seconds)
        replayed.push(exchange)
        break
      case 'refresh':
        replayed.push({ ...exchange, answer: await present(exchange.presented) })
        break
      case 'call':
        replayed.push({ ...exchange, answer: await call(exchange.generation) })
        break
    }
  }
  return replayed
}

async function unlessRevoked<T>(work: Promise<T>): Promise<T | null> {
  try {
    return await work
  } catch (error) {
    if (error instanceof DomainError && error.reason === 'SESSION_REVOKED') return null
    throw error
  }
}
