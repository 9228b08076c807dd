import { type Span, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api'
import { sqlStateOf } from './errors.ts'

const tracer = trace.getTracer('@taskwire/prisma')

/**
 * Begins the span of a statement (https://opentelemetry.io/docs/specs/semconv/database/postgresql), with its text and without
 * its values. It costs next to nothing unless an SDK of OpenTelemetry runs in the process.
 */
export function beginStatementSpan(sql: string): Span {
  const span = tracer.startSpan('SQL', { kind: SpanKind.CLIENT })
  if (!span.isRecording()) return span
  const operation = /^\s*(\w+)/.exec(sql)?.[1]?.toUpperCase() ?? 'SQL'
  span.updateName(operation)
  return span.setAttributes({
    'db.system.name': 'postgresql',
    'db.operation.name': operation,
    'db.query.text': sql,
  })
}

/** @param error undefined where it went well; of one the code is told, since its words may quote a row */
export function endStatementSpan(span: Span, error: unknown): void {
  if (error !== undefined && span.isRecording()) {
    const code = sqlStateOf(error)
    if (code !== undefined) span.setAttribute('db.response.status_code', code)
    span.setAttribute('error.type', code ?? (error instanceof Error ? error.name : '_OTHER'))
    span.setStatus({ code: SpanStatusCode.ERROR })
  }
  span.end()
}
