import type { OpenDatabase } from '@taskwire/prisma'
import type { RequestHandler } from 'express'

/** Whether new requests should be sent here: no longer once the shutdown has begun. */
export interface Readiness {
  ready: boolean
}

/** Milliseconds after which a database that does not answer counts as down. */
const PATIENCE = 2_500

/** 200 when this process can do its work, 503 when it is to be left alone. */
export function health({ db, readiness }: { db: Pick<OpenDatabase, 'ping'>; readiness: Readiness }): RequestHandler {
  let latest: { askedAt: number; latency: Promise<number | null> } | undefined
  return async (_request, response) => {
    response.set('Cache-Control', 'no-store')
    const now = performance.now()
    // Anybody may ask, and as often as they like.
    if (latest === undefined || now - latest.askedAt > REMEMBERED)
      latest = { askedAt: now, latency: withPatience(db.ping()) }
    const latency = await latest.latency
    const database =
      latency === null ? { status: 'down' } : { status: 'up', latencyMs: Math.round(latency * 100) / 100 }
    const healthy = readiness.ready && latency !== null
    response.status(healthy ? 200 : 503).json({ status: healthy ? 'healthy' : 'unhealthy', database })
  }
}

/** Milliseconds for which an answer of the database is good for every request. */
const REMEMBERED = 500

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
