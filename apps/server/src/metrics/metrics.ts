import { errorTable } from '@taskwire/contract'
import type { Purged } from '@taskwire/domain'
import { type EndedStatement, sqlStateOf } from '@taskwire/prisma'
import type { EndedCall, RequestInfo } from '@taskwire/router'
import type { RequestHandler } from 'express'
import { Registry } from 'prom-client'
import { createClientVersions } from './client-versions.ts'
import { createGreedyUsers } from './greedy-users.ts'
import { createInstruments } from './instruments.ts'
import { observeRequests } from './observe-requests.ts'
import { registerReadings, type Sources } from './readings.ts'

/** What the process tells of itself to Prometheus: one of each server, since a process may have several in tests. */
export interface Metrics {
  registry: Registry
  /** @param client as the header `taskwire-client` came */
  callEnded(call: EndedCall, client: string | undefined): void
  statementEnded(statement: EndedStatement): void
  audited(event: Parameters<RequestInfo['audit']>[0]): void
  purged(rows: Purged): void
  purgeFailed(): void
  /** To come before all handlers. */
  observeRequests: RequestHandler
  /** Reads these too at each scrape, from now on. */
  read(sources: Omit<Sources, 'greedyUsers'>): void
}

export function createMetrics(): Metrics {
  const registry = new Registry()
  const instruments = createInstruments(registry)
  const clientVersions = createClientVersions()
  const greedyUsers = createGreedyUsers()
  return {
    registry,
    callEnded({ procedure, type, milliseconds, reason, userId }, client) {
      instruments.calls.inc({ procedure, type, reason: reason ?? 'ok' })
      instruments.clientCalls.inc({ version: clientVersions.labelOf(client, reason === null ? userId : null) })
      // A stream lasts for as long as its reader likes.
      if (type === 'subscription') return
      instruments.callDurations.observe({ procedure, outcome: outcomeOf(reason) }, milliseconds / 1_000)
      if (userId !== null) greedyUsers.add({ userId, procedure, milliseconds })
    },
    statementEnded({ milliseconds, error, origin }) {
      instruments.statements.observe({ procedure: origin?.procedure ?? 'none' }, milliseconds / 1_000)
      if (error !== undefined) instruments.statementFailures.inc({ code: sqlStateOf(error) ?? 'other' })
    },
    audited({ event, limit }) {
      instruments.securityEvents.inc({ event })
      if (limit !== undefined) instruments.limitRefusals.inc({ limit })
    },
    purged(rows) {
      for (const [kind, count] of Object.entries(rows)) instruments.purgedRows.inc({ kind }, count)
      instruments.lastPurge.setToCurrentTime()
    },
    purgeFailed() {
      instruments.purgeFailures.inc()
    },
    observeRequests: observeRequests(registry, instruments),
    read(sources) {
      registerReadings(registry, { ...sources, greedyUsers })
      sources.services.changes.observe({
        told: (milliseconds) => instruments.feedLag.observe(milliseconds / 1_000),
        foundBySweep: (streams) => instruments.sweepFinds.inc(streams),
      })
    },
  }
}

function outcomeOf(reason: EndedCall['reason']): 'ok' | 'refused' | 'failed' {
  if (reason === null) return 'ok'
  return errorTable[reason].httpStatus < 500 ? 'refused' : 'failed'
}
