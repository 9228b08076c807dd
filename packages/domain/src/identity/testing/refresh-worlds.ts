import type { User } from '@taskwire/contract'
import type { Database } from '@taskwire/prisma'
import { DomainError } from '../../domain-error.ts'
import type { Identity } from '../identity.ts'
import { refresh } from '../refresh.ts'
import { decideRefresh } from '../refresh-decision.ts'
import { openSession } from '../session.ts'
import { createSessionCheck } from '../session-check.ts'

/** Where a history of one session takes place. Tokens are named by their generation; null: the session has ended. */
export interface RefreshWorld {
  /** Lets time pass. */
  wait(seconds: number): Promise<void>
  /** Presents a refresh token. @returns the generation that is handed out */
  refresh(presented: number): Promise<number | null>
  /** Makes a call with an access token. @returns whether it was served */
  call(generation: number): Promise<boolean>
}

/** The same in memory: the real decision, or another, on a mirror of the session's row. */
export function mirrorWorld(decide = decideRefresh): RefreshWorld {
  let now = 0
  let revoked = false
  let current = { generation: 1, rotatedAt: 0, confirmed: false }
  return {
    async wait(seconds) {
      now += seconds
    },
    async refresh(presented) {
      const { generation, rotatedAt, confirmed } = current
      const state = { generation, confirmed, age: now - rotatedAt, stands: !revoked, isActive: true }
      const decision = decide(state, presented)
      if (decision === 'rotate') current = { generation: generation + 1, rotatedAt: now, confirmed: false }
      if (decision === 'reuse') revoked = true
      return decision === 'serve' || decision === 'rotate' ? current.generation : null
    },
    async call(generation) {
      if (!revoked && generation === current.generation) current.confirmed = true
      return !revoked
    },
  }
}

/** A new session of the user, by the real verbs on the database. */
export async function databaseWorld(
  db: Database,
  identity: Identity,
  account: { user: User; passwordHash: string },
): Promise<RefreshWorld> {
  const opened = await openSession(db, identity, { ...account, device: { userAgent: null, ip: null } })
  const { sessionId } = opened
  const userId = account.user.id
  const tokens = [opened.refreshToken.token]
  return {
    async wait(seconds) {
      await db.$executeRaw`
        UPDATE sessions SET rotated_at = rotated_at - make_interval(secs => ${seconds}::int)
        WHERE user_id = ${userId}::uuid AND id = ${sessionId}::uuid`
    },
    async refresh(presented) {
      const token = tokens[presented - 1]
      if (token === undefined) throw new Error(`There is no generation ${presented}`)
      const renewed = await unlessRevoked(refresh(db, identity, token))
      if (renewed === null) return null
      const { generation } = identity.tokens.verifyRefresh(renewed.refreshToken.token)
      tokens[generation - 1] = renewed.refreshToken.token
      return generation
    },
    async call(generation) {
      // As a process that has not heard of the session yet.
      const check = createSessionCheck(db).check({ userId, sessionId, generation })
      return (await unlessRevoked(check.then(() => true))) ?? false
    },
  }
}

async function unlessRevoked<T>(work: Promise<T>): Promise<T | null> {
  try {
    return await work
  } catch (error) {
    if (error instanceof DomainError && error.reason === 'SESSION_REVOKED') return null
    throw error
  }
}

/** A world, and what everybody together has seen of it: kept apart, so as not to believe the world about itself. */
export interface ObservedWorld extends RefreshWorld {
  /** Seconds since the sign-in. */
  now(): number
  /** Seconds since a generation was first handed out. */
  ageOf(generation: number): number
  /** Whether a later generation has been used that is of this age, in seconds, or older. */
  isUsedAfter(generation: number, age: number): boolean
  rotations(): number
  readonly answers: readonly (number | boolean | null)[]
}

export function observe(world: RefreshWorld): ObservedWorld {
  let now = 0
  const generations = new Map([[1, { bornAt: 0, used: false }]])
  const answers: (number | boolean | null)[] = []
  const ageOf = (generation: number) => now - (generations.get(generation)?.bornAt ?? now)
  return {
    answers,
    ageOf,
    now: () => now,
    rotations: () => generations.size - 1,
    isUsedAfter: (generation, age) =>
      [...generations].some(([later, { used }]) => later > generation && used && ageOf(later) >= age),
    async wait(seconds) {
      now += seconds
      await world.wait(seconds)
    },
    async refresh(presented) {
      const generation = await world.refresh(presented)
      answers.push(generation)
      if (generation !== null && !generations.has(generation)) generations.set(generation, { bornAt: now, used: false })
      return generation
    },
    async call(generation) {
      const served = await world.call(generation)
      answers.push(served)
      const called = generations.get(generation)
      if (served && called !== undefined) called.used = true
      return served
    },
  }
}
