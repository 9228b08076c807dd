import { type DomainError, overloaded } from '../domain-error.ts'

/** For whom work is done: what keeps one from filling the queue of all. */
export interface HashOwner {
  /** The user's id, or the email that somebody would sign in with, whether there is such an account or not. */
  account: string
  /**
   * The network of somebody who is not signed in, whose accounts share its turns: emails can be made up. Null: the
   * account has turns of its own.
   */
  network: string | null
}

export interface HashQueueConfig {
  /** Work that runs at the same time. */
  atOnce: number
  /** Work that may wait, of one account and in all. */
  maxWaitingOfAccount: number
  maxWaiting: number
  /** Seconds after which whoever was refused may try again. */
  retryAfter: number
}

/** How much a queue has to do, and has refused since it was made. */
export interface HashLoad {
  running: number
  waiting: number
  refused: number
}

/** Where passwords wait to be hashed. It takes turns: a network after the other, and of a network an account after the other. */
export interface HashQueue {
  /**
   * Runs the work when it is its turn.
   *
   * @throws DomainError OVERLOADED when too much of the account is waiting, or too much in all and nobody has more
   */
  run<T>(turn: HashOwner, work: () => Promise<T>): Promise<T>
  load(): HashLoad
}

interface Waiting {
  start(): void
  refuse(error: Error): void
}

/** What waits of a network, by account; whose turn is next comes first. */
type Group = Map<string, Waiting[]>

export function createHashQueue({ atOnce, maxWaitingOfAccount, maxWaiting, retryAfter }: HashQueueConfig): HashQueue {
  const groups = new Map<string, Group>()
  let running = 0
  let waiting = 0
  let refused = 0

  function tooMany(whose = `${waiting} of ${groups.size} networks`): DomainError<'OVERLOADED'> {
    refused += 1
    return overloaded(`Too many passwords wait to be hashed: ${whose}`, retryAfter)
  }

  function wait({ account, network }: HashOwner): Promise<void> {
    const name = network ?? account
    const group: Group = groups.get(name) ?? new Map()
    const queue = group.get(account) ?? []
    if (queue.length >= maxWaitingOfAccount) throw tooMany(`${queue.length} of one account`)
    if (waiting >= maxWaiting) makeRoom(sizeOf(group) + 1)
    waiting += 1
    return new Promise<void>((start, refuse) => {
      queue.push({ start, refuse })
      group.set(account, queue)
      groups.set(name, group)
    })
  }

  /** Refuses the latest of whoever has most waiting, if that is more than the newcomer would have. */
  function makeRoom(size: number): void {
    const largest = largestOf(groups, sizeOf)
    if (largest === undefined || sizeOf(largest[1]) <= size) throw tooMany()
    const [name, group] = largest
    const [account = '', queue = []] = largestOf(group, ({ length }) => length) ?? []
    const latest = queue.pop()
    if (queue.length === 0) group.delete(account)
    if (group.size === 0) groups.delete(name)
    waiting -= 1
    latest?.refuse(tooMany())
  }

  /** Who is next; those who have more go to the end of their row. */
  function takeNext(): Waiting | undefined {
    for (const [name, group] of groups) {
      groups.delete(name)
      for (const [account, queue] of group) {
        group.delete(account)
        const next = queue.shift()
        if (queue.length > 0) group.set(account, queue)
        if (group.size > 0) groups.set(name, group)
        waiting -= 1
        return next
      }
    }
    return undefined
  }

  return {
    async run(turn, work) {
      if (running >= atOnce) await wait(turn)
      else running += 1
      try {
        return await work()
      } finally {
        // Whoever is next takes the place over: between the two nobody can slip in.
        const next = takeNext()
        if (next === undefined) running -= 1
        else next.start()
      }
    },
    load: () => ({ running, waiting, refused }),
  }
}

function sizeOf(group: Group): number {
  let size = 0
  for (const queue of group.values()) size += queue.length
  return size
}

/** Of several that are equally large the one that came last. */
function largestOf<T>(entries: Map<string, T>, size: (value: T) => number): [name: string, value: T] | undefined {
  let largest: [string, T] | undefined
  for (const entry of entries) if (largest === undefined || size(entry[1]) >= size(largest[1])) largest = entry
  return largest
}
