import { normalizePassword } from '@taskwire/contract'
import { offTheClock } from '@taskwire/prisma'
import { Piscina } from 'piscina'
import { DomainError } from '../domain-error.ts'
import { createHashQueue, type HashLoad, type HashOwner } from './hash-queue.ts'
import { fitsBcrypt, formsOf } from './password-form.ts'
import type * as worker from './password-worker.mjs'

export interface PasswordsConfig {
  /** bcrypt's cost: each step doubles the work; 12 takes about 0.3 s of one core. */
  cost: number
  /** Worker threads at most; they start with the first password. Default 2. */
  threads?: number | undefined
  /** Passwords that may wait for a thread. Default 40: 6 s of work at cost 12 on two free cores. */
  maxQueue?: number | undefined
}

/** How a password fits a hash: not; as one of today's; or as one that is to be replaced, of another cost or form. */
export type PasswordMatch = false | 'current' | 'outdated'

/**
 * Hashes and verifies passwords by bcrypt, on threads of lower priority, so that the event loop goes on. Whoever waits
 * for a thread waits in turns: see `HashOwner`.
 *
 * Every method throws DomainError OVERLOADED when the queue is full, UNAVAILABLE once closed.
 */
export interface Passwords extends AsyncDisposable {
  /** @throws RangeError for a password over 72 UTF-8 bytes, which `checkNewPassword` refuses before */
  hash(password: string, turn: HashOwner): Promise<string>
  /** Whether the hash, of whatever cost, is of this password; false for a text that is no hash. */
  verify(password: string, hash: string, turn: HashOwner): Promise<PasswordMatch>
  /** False, after the work of a `verify`: an unknown email must take no less time than a wrong password. */
  verifyDummy(password: string, turn: HashOwner): Promise<false>
  /** How many are under way, wait, and were refused. */
  load(): HashLoad
  /** Refuses new work, finishes what is under way or waiting, and ends the threads. */
  close(): Promise<void>
}

const RETRY_AFTER_SECONDS = 2

/** Passwords of one account that may wait. */
const MAX_WAITING_OF_ACCOUNT = 4

// A thread takes about 50 ms to start: keep it from one sign-in to the next.
const IDLE_MILLISECONDS = 60_000

const BCRYPT_HASH = /^\$2[aby]\$(?:0[4-9]|[12]\d|3[01])\$[./A-Za-z0-9]{53}$/

/** Starts nothing yet: threads come with the first password, and never keep the process alive while idle. */
export function createPasswords({ cost, threads = 2, maxQueue = 40 }: PasswordsConfig): Passwords {
  const pool = new Piscina({
    filename: new URL('./password-worker.mjs', import.meta.url).href,
    minThreads: 0,
    maxThreads: threads,
    idleTimeout: IDLE_MILLISECONDS,
    // The worker is plain JavaScript: it needs none of the loaders that this process was started with.
    execArgv: [],
  })
  const queue = createHashQueue({
    atOnce: threads,
    maxWaitingOfAccount: MAX_WAITING_OF_ACCOUNT,
    maxWaiting: maxQueue,
    retryAfter: RETRY_AFTER_SECONDS,
  })
  const underWay = new Set<Promise<unknown>>()
  let closed = false

  /** One turn, however many hashes it takes: else whoever needs several would wait several times. */
  async function inQueue<T>(turn: HashOwner, work: () => Promise<T>): Promise<T> {
    if (closed) throw new DomainError('UNAVAILABLE', { retryAfter: RETRY_AFTER_SECONDS })
    const result = offTheClock(() => queue.run(turn, work))
    underWay.add(result)
    try {
      return await result
    } finally {
      underWay.delete(result)
    }
  }

  function onThread<Name extends keyof Work>(
    name: Name,
    task: Parameters<Work[Name]>[0],
  ): Promise<ReturnType<Work[Name]>> {
    return pool.run(task, { name })
  }

  async function close(): Promise<void> {
    closed = true
    await Promise.allSettled(underWay)
    await pool.destroy()
  }

  /** @param password in one of its forms */
  async function compare(password: string, hash: string): Promise<boolean> {
    const possible = fitsBcrypt(password) && BCRYPT_HASH.test(hash)
    const compared = possible ? hash : dummyHash(cost)
    const matches = await onThread('verify', { password, hash: compared })
    // A wrong password never replaces a hash, so an account whose owner has not signed in since the cost was raised keeps
    // its cheap one. Alone it would answer in half the time of an unknown address, or less, and so tell that there is an
    // account. Work of cost c, then of c, c + 1, … to just below the present cost, adds up to that of the present one.
    for (let missing = costOf(compared); missing < cost; missing += 1) {
      await onThread('verify', { password, hash: dummyHash(missing) })
    }
    return possible && matches
  }

  return {
    async hash(password, turn) {
      const normalized = normalizePassword(password)
      if (!fitsBcrypt(normalized)) throw new RangeError('The password is too long to be hashed whole')
      return inQueue(turn, () => onThread('hash', { password: normalized, cost }))
    },

    async verify(password, hash, turn) {
      return inQueue(turn, async () => {
        const matches: boolean[] = []
        // All forms, whichever of them matches: the work is to tell nothing.
        for (const form of formsOf(password)) matches.push(await compare(form, hash))
        if (!matches.includes(true)) return false
        return matches[0] && costOf(hash) === cost ? 'current' : 'outdated'
      })
    },

    async verifyDummy(password, turn) {
      await inQueue(turn, async () => {
        for (const form of formsOf(password)) await compare(form, dummyHash(cost))
      })
      return false
    },

    load: queue.load,
    close,
    [Symbol.asyncDispose]: close,
  }
}

type Work = typeof worker

function costOf(hash: string): number {
  return Number(hash.slice(4, 6))
}

// Salt and digest are zeros: valid, of no password that anybody could find, and as much work as any other.
function dummyHash(cost: number): string {
  return `$2b$${String(cost).padStart(2, '0')}$${'.'.repeat(53)}`
}
