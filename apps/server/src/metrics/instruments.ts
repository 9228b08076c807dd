import { Counter, Gauge, Histogram, type Registry, Summary } from 'prom-client'

/** Seconds. From what a cached answer takes to what no call may take. */
const DURATIONS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]

/** Seconds. A change that no announcement told is found within 5. */
const LAGS = [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]

/** What is counted as it happens. Each label has few values, whatever clients send: a series of each is kept for good. */
export type Instruments = ReturnType<typeof createInstruments>

export function createInstruments(registry: Registry) {
  const registers = [registry]
  return {
    calls: new Counter({
      name: 'taskwire_calls_total',
      help: 'Calls of procedures that have ended, each one of a batch. reason is "ok" or why it failed',
      labelNames: ['procedure', 'type', 'reason'],
      registers,
    }),
    callDurations: new Histogram({
      name: 'taskwire_call_duration_seconds',
      help: 'Duration of queries and mutations. outcome is "ok", "refused" (4xx) or "failed" (5xx)',
      labelNames: ['procedure', 'outcome'],
      buckets: DURATIONS,
      registers,
    }),
    clientCalls: new Counter({
      name: 'taskwire_client_calls_total',
      help: 'Calls by the version of @taskwire/client: "none" without one, "other" past 20 versions',
      labelNames: ['version'],
      registers,
    }),
    requests: new Counter({
      name: 'taskwire_http_requests_total',
      help: 'HTTP requests that have ended, by the pattern of their route; status "aborted" where the client has hung up',
      labelNames: ['route', 'method', 'status'],
      registers,
    }),
    requestDurations: new Histogram({
      name: 'taskwire_http_request_duration_seconds',
      help: 'Duration of HTTP requests, but for streams of events',
      labelNames: ['route'],
      buckets: DURATIONS,
      registers,
    }),
    statements: new Summary({
      name: 'taskwire_statement_duration_seconds',
      help: 'Duration of SQL statements by the procedure that asked; "none" for what no call asked',
      labelNames: ['procedure'],
      percentiles: [],
      registers,
    }),
    statementFailures: new Counter({
      name: 'taskwire_statement_failures_total',
      help: 'SQL statements that failed, by SQLSTATE; "other" where the server gave none',
      labelNames: ['code'],
      registers,
    }),
    limitRefusals: new Counter({
      name: 'taskwire_limit_refusals_total',
      help: 'Refusals by the limit that was hit',
      labelNames: ['limit'],
      registers,
    }),
    securityEvents: new Counter({
      name: 'taskwire_security_events_total',
      help: 'Security events by kind, as the log has them under "audit"',
      labelNames: ['event'],
      registers,
    }),
    feedLag: new Histogram({
      name: 'taskwire_feed_lag_seconds',
      help: 'From a change to telling it to a stream that waited, by the clocks of database and process',
      buckets: LAGS,
      registers,
    }),
    sweepFinds: new Counter({
      name: 'taskwire_feed_sweep_finds_total',
      help: 'Streams that learnt of a change by looking, since no announcement had come',
      registers,
    }),
    purgedRows: new Counter({
      name: 'taskwire_purged_rows_total',
      help: 'Rows that purging has removed',
      labelNames: ['kind'],
      registers,
    }),
    lastPurge: new Gauge({
      name: 'taskwire_purge_last_success_timestamp_seconds',
      help: 'When a purge of this process last went well, in seconds since 1970; 0 before the first',
      registers,
    }),
    purgeFailures: new Counter({
      name: 'taskwire_purge_failures_total',
      help: 'Purges that failed',
      registers,
    }),
  }
}
