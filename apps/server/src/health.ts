import type { OpenDatabase } from '@taskwire/prisma'
import type { RequestHandler } from 'express'

/** Whether new requests should be sent here: no longer once the shutdown has begun. */
export interface Readiness {
  ready: boolean
}

/** Whether this process can do its work. */
export interface Health {
  status: 'healthy' | 'unhealthy'
  /** `latencyMs` in milliseconds, of one question. */
  database: { status: 'down' } | { status: 'up'; latencyMs: number }
}

/** Milliseconds after which a database that does not answer counts as down. */
const PATIENCE = 2_500

/** Milliseconds for which an answer of the database is good for every request. */
const REMEMBERED = 500

/** Finds out how it is with the process; the database is asked twice a second at most, however many ask here. */
export function healthCheck({
  db,
  readiness,
}: {
  db: Pick<OpenDatabase, 'ping'>
  readiness: Readiness
}): () => Promise<Health> {
  let latest: { askedAt: number; latency: Promise<number | null> } | undefined
  return async () => {
    const now = performance.now()
    if (latest === undefined || now - latest.askedAt > REMEMBERED)
      latest = { askedAt: now, latency: withPatience(db.ping()) }
    const latency = await latest.latency
    return {
      status: readiness.ready && latency !== null ? 'healthy' : 'unhealthy',
      database: latency === null ? { status: 'down' } : { status: 'up', latencyMs: Math.round(latency * 100) / 100 },
    }
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
