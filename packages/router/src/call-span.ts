import { context, SpanStatusCode, trace } from '@opentelemetry/api'
import { errorTable } from '@taskwire/contract'
import type { EndedCall } from './ended-call.ts'

/** A call as tracing sees it: nothing, and next to no work, unless an SDK of OpenTelemetry runs in the process. */
export interface CallSpan {
  /** Does work of the call: spans that begin in it, such as those of statements, are within this one. */
  within<T>(work: () => T): T
  end(call: Pick<EndedCall, 'reason' | 'userId'>): void
}

const tracer = trace.getTracer('@taskwire/router')

/**
 * Begins the span of a call (https://opentelemetry.io/docs/specs/semconv/rpc/rpc-spans). It names the user by the id, and
 * holds neither input nor answer, nor the words of an error, which may quote them.
 */
export function beginCallSpan({ procedure, requestId }: { procedure: string; requestId: string }): CallSpan {
  const span = tracer.startSpan(procedure)
  if (!span.isRecording()) return UNRECORDED
  span.setAttributes({ 'rpc.system': 'trpc', 'rpc.method': procedure, 'taskwire.request_id': requestId })
  const inside = trace.setSpan(context.active(), span)
  return {
    within: (work) => context.with(inside, work),
    end({ reason, userId }) {
      if (userId !== null) span.setAttribute('enduser.id', userId)
      if (reason !== null) span.setAttribute('error.type', reason)
      // What is refused is no fault of the server.
      if (reason !== null && errorTable[reason].httpStatus >= 500) span.setStatus({ code: SpanStatusCode.ERROR })
      span.end()
    },
  }
}

const UNRECORDED: CallSpan = { within: (work) => work(), end: () => {} }
