import { decideRefresh, type SessionState } from '../refresh-decision.ts'

/** Where a history of one session takes place. Tokens are named by their generation; null: the session has ended. */
export interface RefreshWorld {
  /** Lets time pass. */
  wait(seconds: number): void
  /** Presents a refresh token. @returns the generation that is handed out */
  refresh(presented: number): number | null
  /** Makes a call with an access token. @returns whether it was served */
  call(generation: number): boolean
}

/** What is mirrored of the session's row. */
interface Mirrored extends Pick<SessionState, 'generation' | 'parent' | 'confirmed'> {
  /** Seconds since the sign-in. */
  rotatedAt: number
}

/** The server in memory: the real decision, or another, on a mirror of the session's row. */
export function mirrorWorld(decide = decideRefresh): RefreshWorld {
  let now = 0
  let revoked = false
  let current: Mirrored = { generation: 1, parent: null, rotatedAt: 0, confirmed: false }
  return {
    wait(seconds) {
      now += seconds
    },
    refresh(presented) {
      const { rotatedAt, ...session } = current
      const decision = decide({ ...session, age: now - rotatedAt, stands: !revoked, isActive: true }, presented)
      switch (decision) {
        case 'serve':
          return current.generation
        case 'rotate':
        case 'replace':
          current = { generation: current.generation + 1, parent: presented, rotatedAt: now, confirmed: false }
          return current.generation
        case 'reuse':
          revoked = true
          return null
        default:
          return null
      }
    },
    call(generation) {
      if (!revoked && generation === current.generation) current.confirmed = true
      return !revoked
    },
  }
}

/** What the server was asked, and what it answered. */
export type Exchange =
  | { asked: 'wait'; seconds: number }
  | { asked: 'refresh'; presented: number; answer: number | null }
  | { asked: 'call'; generation: number; answer: boolean }

/** A world, and what everybody together has seen of it: kept apart, so as not to believe the world about itself. */
export interface ObservedWorld extends RefreshWorld {
  /** Seconds since the sign-in. */
  now(): number
  /** Seconds since a generation was first handed out. */
  ageOf(generation: number): number
  /** Whether the newest generation has been used: what the time at which a session was last seen tells whoever lists it. */
  isNewestUsed(): boolean
  /** Whether a later generation was used, while it was the newest, that is of this age, in seconds, or older. */
  isUsedAfter(generation: number, age: number): boolean
  /** Generations that were made. */
  rotations(): number
  /** Of them, those that took the place of another one. */
  replacements(): number
  readonly exchanges: readonly Exchange[]
}

export function observe(world: RefreshWorld): ObservedWorld {
  let now = 0
  let newest = 1
  let replacements = 0
  const generations = new Map([[1, { bornAt: 0, used: false }]])
  const exchanges: Exchange[] = []
  const ageOf = (generation: number) => now - (generations.get(generation)?.bornAt ?? now)
  return {
    exchanges,
    ageOf,
    now: () => now,
    rotations: () => newest - 1,
    replacements: () => replacements,
    isNewestUsed: () => generations.get(newest)?.used === true,
    isUsedAfter(generation, age) {
      for (const [later, { used }] of generations) {
        if (later > generation && used && ageOf(later) >= age) return true
      }
      return false
    },
    wait(seconds) {
      now += seconds
      world.wait(seconds)
      exchanges.push({ asked: 'wait', seconds })
    },
    refresh(presented) {
      const answer = world.refresh(presented)
      exchanges.push({ asked: 'refresh', presented, answer })
      if (answer !== null && answer > newest) {
        if (presented !== newest) replacements += 1
        newest = answer
        generations.set(answer, { bornAt: now, used: false })
      }
      return answer
    },
    call(generation) {
      const answer = world.call(generation)
      exchanges.push({ asked: 'call', generation, answer })
      const called = generations.get(generation)
      if (answer && generation === newest && called !== undefined) called.used = true
      return answer
    },
  }
}
