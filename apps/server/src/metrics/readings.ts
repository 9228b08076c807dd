import type { OpenDatabase } from '@taskwire/prisma'
import type { Services } from '@taskwire/router'
import { Counter, Gauge, type Registry } from 'prom-client'
import type { DatabaseCheck } from '../health.ts'
import type { GreedyUsers } from './greedy-users.ts'

/** What is asked how it is at each scrape, instead of telling each time that it changes. */
export interface Sources {
  db: Pick<OpenDatabase, 'connections'>
  services: Pick<Services, 'changes' | 'identity' | 'turns' | 'answerRoom' | 'streamSlots'>
  checkDatabase: DatabaseCheck
  greedyUsers: GreedyUsers
  /** Null where there is no Redis to be away. */
  redisIsUp: (() => boolean) | null
  /** Open connections of clients. */
  connections(): Promise<number>
}

export function registerReadings(registry: Registry, sources: Sources): void {
  registerDatabase(registry, sources)
  registerQueues(registry, sources)
  const { services, greedyUsers, redisIsUp, connections } = sources
  const registers = [registry]
  new Gauge({
    name: 'taskwire_http_connections',
    help: 'Open connections of clients or proxies',
    registers,
    async collect() {
      this.set(await connections())
    },
  })
  new Gauge({
    name: 'taskwire_streams_open',
    help: 'Open streams of changes of this process',
    registers,
    collect() {
      this.set(services.streamSlots.count())
    },
  })
  new Gauge({
    name: 'taskwire_greedy_user_seconds',
    help: 'Seconds that the calls of a user took in the last minute, and what most of them called: five users at most, from 6 s on',
    labelNames: ['user_id', 'procedure'],
    registers,
    collect() {
      this.reset()
      for (const { userId, procedure, seconds } of greedyUsers.latest())
        this.set({ user_id: userId, procedure }, seconds)
    },
  })
  if (redisIsUp === null) return
  new Gauge({
    name: 'taskwire_redis_up',
    help: '1 while Redis answers, 0 while it is away; absent without REDIS_URL',
    registers,
    collect() {
      this.set(Number(redisIsUp()))
    },
  })
}

function registerDatabase(registry: Registry, { db, checkDatabase }: Sources): void {
  const registers = [registry]
  new Gauge({
    name: 'taskwire_database_up',
    help: '1 while the database answers and may be written to, also while the process stops, else 0',
    registers,
    async collect() {
      this.set(Number((await checkDatabase()) !== null))
    },
  })
  new Gauge({
    name: 'taskwire_database_ping_seconds',
    help: 'How long the database takes to answer a question; NaN while it does not',
    registers,
    async collect() {
      const latency = await checkDatabase()
      this.set(latency === null ? Number.NaN : latency / 1_000)
    },
  })
  new Gauge({
    name: 'taskwire_database_connections',
    help: 'Connections that calls share, by state: "used" or "idle"',
    labelNames: ['state'],
    registers,
    collect() {
      const { open, idle } = db.connections()
      this.set({ state: 'used' }, open - idle)
      this.set({ state: 'idle' }, idle)
    },
  })
  new Gauge({
    name: 'taskwire_database_connections_max',
    help: 'Connections that calls may share: DATABASE_POOL_SIZE',
    registers,
    collect() {
      this.set(db.connections().most)
    },
  })
  new Gauge({
    name: 'taskwire_database_waiting',
    help: 'Statements and transactions that wait for a connection',
    registers,
    collect() {
      this.set(db.connections().waiting)
    },
  })
}

function registerQueues(registry: Registry, { services: { identity, turns, answerRoom } }: Sources): void {
  const registers = [registry]
  new Gauge({
    name: 'taskwire_hashes_running',
    help: 'Passwords that are being hashed',
    registers,
    collect() {
      this.set(identity.passwords.load().running)
    },
  })
  new Gauge({
    name: 'taskwire_hashes_waiting',
    help: 'Passwords that wait to be hashed: past 40 they are refused',
    registers,
    collect() {
      this.set(identity.passwords.load().waiting)
    },
  })
  new Counter({
    name: 'taskwire_hashes_refused_total',
    help: 'Passwords that were refused since too many waited',
    registers,
    collect() {
      this.reset()
      this.inc(identity.passwords.load().refused)
    },
  })
  new Gauge({
    name: 'taskwire_turns_waiting',
    help: 'Calls that wait since four of the same user are at the database',
    registers,
    collect() {
      this.set(turns.load().waiting)
    },
  })
  new Counter({
    name: 'taskwire_turns_refused_total',
    help: 'Calls that were refused since their turn did not come within 2 s',
    registers,
    collect() {
      this.reset()
      this.inc(turns.load().refused)
    },
  })
  new Gauge({
    name: 'taskwire_answer_bytes',
    help: 'Bytes of answers that are reserved or not yet sent, of 24 MB',
    registers,
    collect() {
      this.set(answerRoom.load().bytes)
    },
  })
  new Gauge({
    name: 'taskwire_answers_waiting',
    help: 'Long answers that wait for room',
    registers,
    collect() {
      this.set(answerRoom.load().waiting)
    },
  })
  new Counter({
    name: 'taskwire_answers_refused_total',
    help: 'Long answers that were refused since there was no room for 2 s',
    registers,
    collect() {
      this.reset()
      this.inc(answerRoom.load().refused)
    },
  })
}
