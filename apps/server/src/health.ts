import type { OpenDatabase } from '@taskwire/prisma'
import type { RequestHandler } from 'express'
import type { OutageLog } from './log/outage-log.ts'

/** Whether new requests should be sent here: no longer once the shutdown has begun. */
export interface Readiness {
  ready: boolean
}

/** Whether this process can do its work. */
export type Health =
  /** `latencyMs` in milliseconds, of one question. */
  | { status: 'healthy'; database: { status: 'up'; latencyMs: number } }
  | { status: 'unhealthy'; reason: 'database'; database: { status: 'down' } }
  /** It is about to stop. The database is not asked: whoever sends requests here has to know at once. */
  | { status: 'unhealthy'; reason: 'draining' }

/** Milliseconds after which a database that does not answer counts as down. */
const PATIENCE = 2_500

/** Milliseconds for which an answer of the database is good for every request. */
const REMEMBERED = 500

const DRAINING: Health = { status: 'unhealthy', reason: 'draining' }

/** @returns milliseconds that the database took to answer a question; null where it does not, or may not be written to */
export type DatabaseCheck = () => Promise<number | null>

/** Finds out how it is with the database, which is asked twice a second at most, however many ask here. */
export function databaseCheck({
  db,
  outages,
}: {
  db: Pick<OpenDatabase, 'ping'>
  outages: Pick<OutageLog, 'healthAsked'>
}): DatabaseCheck {
  async function ping(): Promise<number> {
    try {
      const latency = await db.ping()
      outages.healthAsked(null)
      return latency
    } catch (error) {
      outages.healthAsked(error)
      throw error
    }
  }

  let latest: { askedAt: number; latency: Promise<number | null> } | undefined
  return async () => {
    const now = performance.now()
    if (latest === undefined || now - latest.askedAt > REMEMBERED)
      latest = { askedAt: now, latency: withPatience(ping()) }
    return await latest.latency
  }
}

/** Finds out how it is with the process. */
export function healthCheck(checkDatabase: DatabaseCheck, readiness: Readiness): () => Promise<Health> {
  return async () => {
    if (!readiness.ready) return DRAINING
    const latency = await checkDatabase()
    // It may have begun meanwhile.
    if (!readiness.ready) return DRAINING
    if (latency === null) return { status: 'unhealthy', reason: 'database', database: { status: 'down' } }
    return { status: 'healthy', database: { status: 'up', latencyMs: Math.round(latency * 100) / 100 } }
  }
}

/** 200 when this process can do its work, 503 when it is to be left alone. */
export function answerHealth(check: () => Promise<Health>): RequestHandler {
  return async (_request, response) => {
    response.set('Cache-Control', 'no-store')
    const health = await check()
    response.status(health.status === 'healthy' ? 200 : 503).json(health)
  }
}

async function withPatience(ping: Promise<number>): Promise<number | null> {
  let timer: NodeJS.Timeout | undefined
  const patience = new Promise<null>((resolve) => {
    timer = setTimeout(resolve, PATIENCE, null)
  })
  try {
    return await Promise.race([ping.catch(() => null), patience])
  } finally {
    clearTimeout(timer)
  }
}
