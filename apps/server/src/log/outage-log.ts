import type { ErrorReason } from '@taskwire/contract'
import {
  type Connections,
  describeFailure,
  type EndedStatement,
  type FailureKind,
  type FailureText,
} from '@taskwire/prisma'
import type { RunningCall } from '@taskwire/router'
import type { Logger } from 'pino'
import { causeText } from './cause-text.ts'
import { countedLog } from './counted-log.ts'
import { greediest, type Share, shareInWords } from './greediest.ts'
import { isShownByHealth, isShownByStatement, outageOf, words } from './outage-kinds.ts'

/** A call that failed with a status of 500 or more. */
export interface FailedCall {
  reason: ErrorReason
  cause: unknown
  /** Undefined where none was reached. */
  procedure?: string | undefined
  requestId: string
}

/** What has failed, and why in a line. */
interface Told extends Partial<Pick<FailedCall, 'procedure' | 'requestId'>> {
  cause: unknown
  text: FailureText
}

/** Tells of what keeps calls from being answered: in full once, then by how many have failed, and when it is over. */
export interface OutageLog {
  callFailed(call: FailedCall): void
  /** The database was asked something, by whomever: what went well may be the end of an outage. */
  statementEnded(statement: Pick<EndedStatement, 'sql' | 'error' | 'origin'>): void
  /** `/health` has asked: null where the database answered and may write. Where no call comes, nobody else finds out. */
  healthAsked(error: unknown): void
}

interface Outage {
  kind: FailureKind
  beganAt: number
  failures: number
  toldAt: number
  /** The first success after the latest failure. */
  succeededAt: number | undefined
  end: NodeJS.Timeout | undefined
}

/** Milliseconds until a lasting outage is told of again: at first so long, then twice that, and at last every minute. */
const FIRST_REMINDER = 10_000
const LAST_REMINDER = 60_000
/** Milliseconds between two lines of the same fault of ours. */
const FAULT_INTERVAL = 60_000

interface OutageLogOptions {
  logger: Logger
  connections(): Connections
  running: Iterable<RunningCall>
}

export function createOutageLog({ logger, connections, running }: OutageLogOptions): OutageLog {
  const outages = new Map<string, Outage>()
  const fault = countedLog<Told>({
    interval: FAULT_INTERVAL,
    first: (call) => tell(call, `A call failed: ${call.text.message}`),
    again: ({ fact, times, seconds }) =>
      logger.error(
        { procedure: fact.procedure, cause: fact.text, times, seconds },
        `A call failed ${times} times more in ${seconds} s: ${fact.text.message}`,
      ),
    others: ({ times, seconds }) =>
      logger.error({ times, seconds }, `Calls failed ${times} times in ${seconds} s in other ways than those above`),
  })

  function tell({ requestId, procedure, cause, text }: Told, message: string, pool?: PoolState): void {
    const call = requestId === undefined ? {} : { req: { id: requestId }, procedure }
    logger.error({ ...call, cause: text, err: cause, ...pool }, message)
  }

  function tellBegin(kind: FailureKind, failure: Told): void {
    const pool = poolState(kind)
    const holders = pool === undefined ? '' : `; ${poolInWords(pool)}`
    tell(failure, `${words[kind].began}: ${failure.text.message}${holders}`, pool)
  }

  /** Where the pool is what is lacking. */
  function poolState(kind: FailureKind | null): PoolState | undefined {
    return kind === 'poolExhausted' ? { connections: connections(), greediest: greediest(running) } : undefined
  }

  /** @param calls that have failed by it */
  function failed(kind: FailureKind, failure: Told, calls = 1): void {
    const key = outageOf(kind)
    const now = performance.now()
    const outage = outages.get(key)
    if (outage === undefined) {
      tellBegin(kind, failure)
      outages.set(key, { kind, beganAt: now, failures: calls, toldAt: now, succeededAt: undefined, end: undefined })
      return
    }
    outage.failures += calls
    outage.succeededAt = undefined
    clearTimeout(outage.end)
    outage.end = undefined
    if (outage.kind === 'connectionLost' && kind !== 'connectionLost') {
      outage.kind = kind
      outage.toldAt = now
      tellBegin(kind, failure)
    } else remind(outage, failure, now)
  }

  function remind(outage: Outage, { text }: { text: FailureText }, now: number): void {
    const pause = Math.min(Math.max(FIRST_REMINDER, outage.toldAt - outage.beganAt), LAST_REMINDER)
    if (now - outage.toldAt < pause) return
    outage.toldAt = now
    const { failures } = outage
    const seconds = secondsSince(outage.beganAt, now)
    const message = `${words[outage.kind].began}, for ${seconds} s; ${failures} calls have failed`
    logger.error({ cause: text, failures, seconds, ...poolState(text.kind) }, message)
  }

  function succeeded(outage: Outage, key: string): void {
    if (outage.succeededAt !== undefined) return
    const now = performance.now()
    outage.succeededAt = now
    const { ended, quiet } = words[outage.kind]
    outage.end = setTimeout(() => {
      outages.delete(key)
      const { failures } = outage
      const seconds = secondsSince(outage.beganAt, now)
      logger.warn({ failures, seconds }, `${ended}, after ${seconds} s; ${failures} calls failed`)
    }, quiet).unref()
  }

  /** @param isOver whether what went well shows that an outage is over */
  function wentWell(isOver: (outage: Outage) => boolean): void {
    for (const [key, outage] of outages) if (isOver(outage)) succeeded(outage, key)
  }

  return {
    callFailed(call) {
      const text = causeText(call.reason, call.cause)
      if (text.kind === null) fault(`${call.procedure} ${text.code} ${text.message}`, { ...call, text })
      else failed(text.kind, { ...call, text })
    },
    statementEnded(statement) {
      if (outages.size === 0 || statement.error !== undefined) return
      wentWell(({ kind }) => isShownByStatement(kind, statement))
    },
    healthAsked(error) {
      if (error === null) return wentWell(({ kind }) => isShownByHealth(kind))
      const text = describeFailure(error)
      if (text.kind !== null && isShownByHealth(text.kind)) failed(text.kind, { cause: error, text }, 0)
    },
  }
}

function secondsSince(start: number, end: number): number {
  return Math.round((end - start) / 100) / 10
}

interface PoolState {
  connections: Connections
  greediest: Share[]
}

function poolInWords({ connections: { most, open, idle, waiting }, greediest }: PoolState): string {
  const shares = greediest.map(shareInWords).join(', ')
  return `${open - idle} of ${most} are taken and ${waiting} statements wait: most of it is ${shares}`
}
