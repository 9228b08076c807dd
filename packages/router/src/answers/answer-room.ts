import { ANSWER_BYTES, DomainError, overloaded } from '@taskwire/domain'

/** Bytes of answers that lie in the memory of this process at most: read or about to be, and not yet sent. */
const PROCESS_BYTES = 24_000_000
/** The same for one user: as much as one request may have. */
const USER_BYTES = ANSWER_BYTES
/** Milliseconds for which a request waits for room. */
const PATIENCE = 2_000
/** Milliseconds by which a megabyte puts a request back in the line: who asks for little goes before who asks for much. */
const MILLISECONDS_PER_MEGABYTE = 500
/** Milliseconds after which an answer that its caller has not taken gives way to those who wait for room. */
const UNTAKEN_AFTER = 1_000
/** Milliseconds between two looks at whether one has to. */
const CHECK_INTERVAL = 100
/** Seconds. */
const RETRY_AFTER = 2

/** The answer to one HTTP request. */
export interface OutgoingAnswer {
  /** Bytes that it may have, if the calls of the request have the longest answers that they can. */
  readonly mostBytes: number
  /** Aborted once it is sent, or cut. */
  readonly closed: AbortSignal
  /** Ends the connection: the caller gets no answer, or half of one. */
  cut(): void
}

/** What one answer takes of the room, until it is closed. */
export interface Place {
  /** The calls have been answered with so many bytes: what was reserved beyond them is free, and the caller has to read. */
  settle(bytes: number): void
}

/** Keeps answers that are read from the database faster than by their callers from filling the memory of the process. */
export interface AnswerRoom {
  /** @throws DomainError RATE_LIMITED when the user, OVERLOADED when the process has no room for 2 s */
  reserve(userId: string, answer: OutgoingAnswer): Promise<Place>
  /** Bytes that are taken, requests that wait for room, and requests that were refused so far. */
  load(): { bytes: number; waiting: number; refused: number }
}

interface Holder {
  userId: string
  bytes: number
  answer: OutgoingAnswer
  /** When its calls were answered; infinite before. */
  answeredAt: number
}

interface Waiting {
  holder: Holder
  rank: number
  admit(): void
}

export function createAnswerRoom(): AnswerRoom {
  const holders = new Set<Holder>()
  const takenByUser = new Map<string, number>()
  let taken = 0
  let refused = 0
  const line: Waiting[] = []
  let checking: NodeJS.Timeout | undefined

  function take(holder: Holder, bytes: number): void {
    const ofUser = (takenByUser.get(holder.userId) ?? 0) + bytes - holder.bytes
    taken += bytes - holder.bytes
    holder.bytes = bytes
    if (ofUser === 0) takenByUser.delete(holder.userId)
    else takenByUser.set(holder.userId, ofUser)
  }

  function release(holder: Holder): void {
    if (!holders.delete(holder)) return
    take(holder, 0)
    admit()
  }

  function hasUserRoom({ userId, answer }: Holder): boolean {
    return (takenByUser.get(userId) ?? 0) + bytesOf(answer) <= USER_BYTES
  }

  /** Whether there is room in the process, or is once answers are cut that nobody takes. */
  function makeRoom({ answer }: Holder): boolean {
    while (taken + bytesOf(answer) > PROCESS_BYTES) {
      const burden = heaviest()
      if (burden === undefined) return false
      holders.delete(burden)
      take(burden, 0)
      burden.answer.cut()
    }
    return true
  }

  /** Of the answers that wait to be taken: what has filled most room for longest, so that a slow reader of little stays. */
  function heaviest(): Holder | undefined {
    const now = Date.now()
    const burdenOf = ({ bytes, answeredAt }: Holder) => bytes * (now - answeredAt)
    return [...holders]
      .filter(({ answeredAt }) => answeredAt <= now - UNTAKEN_AFTER)
      .reduce<Holder | undefined>((most, one) => (most && burdenOf(most) >= burdenOf(one) ? most : one), undefined)
  }

  /** Lets in those whom there is room for, in their order. A user who has to wait for himself holds up nobody else. */
  function admit(): void {
    const users = new Set<string>()
    for (const waiting of [...line]) {
      const { holder } = waiting
      if (users.has(holder.userId) || !hasUserRoom(holder)) {
        users.add(holder.userId)
        continue
      }
      if (!makeRoom(holder)) break
      line.splice(line.indexOf(waiting), 1)
      enter(holder)
      waiting.admit()
    }
    clearTimeout(checking)
    checking = line.length === 0 ? undefined : setTimeout(admit, CHECK_INTERVAL)
  }

  function enter(holder: Holder): void {
    holders.add(holder)
    take(holder, bytesOf(holder.answer))
    const { closed } = holder.answer
    if (closed.aborted) release(holder)
    else closed.addEventListener('abort', () => release(holder), { once: true })
  }

  /** Waits in the line; whoever hangs up leaves it. */
  async function wait(holder: Holder): Promise<void> {
    const { closed } = holder.answer
    const rank = Date.now() + (bytesOf(holder.answer) / 1e6) * MILLISECONDS_PER_MEGABYTE
    await new Promise<void>((resolve, reject) => {
      const leave = () => {
        line.splice(line.indexOf(waiting), 1)
        stopWaiting()
        if (!closed.aborted) refused += 1
        reject(
          hasUserRoom(holder)
            ? overloaded(`Answers that are not yet sent fill ${taken} bytes`, RETRY_AFTER)
            : new DomainError('RATE_LIMITED', { retryAfter: RETRY_AFTER }),
        )
        admit()
      }
      const stopWaiting = () => {
        clearTimeout(timer)
        closed.removeEventListener('abort', leave)
      }
      const waiting = {
        holder,
        rank,
        admit: () => {
          stopWaiting()
          resolve()
        },
      }
      const timer = setTimeout(leave, PATIENCE)
      closed.addEventListener('abort', leave, { once: true })
      const behind = line.findIndex((other) => other.rank > rank)
      line.splice(behind === -1 ? line.length : behind, 0, waiting)
      admit()
    })
  }

  return {
    async reserve(userId, answer) {
      const holder: Holder = { userId, bytes: 0, answer, answeredAt: Number.POSITIVE_INFINITY }
      if (line.length === 0 && hasUserRoom(holder) && taken + bytesOf(answer) <= PROCESS_BYTES) enter(holder)
      else await wait(holder)
      return {
        settle(bytes) {
          if (!holders.has(holder)) return
          holder.answeredAt = Date.now()
          take(holder, bytes)
          admit()
        },
      }
    },
    load: () => ({ bytes: taken, waiting: line.length, refused }),
  }
}

function bytesOf({ mostBytes }: OutgoingAnswer): number {
  return Math.min(mostBytes, ANSWER_BYTES)
}
