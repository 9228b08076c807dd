// Sends spans of requests, procedures and SQL statements to a collector: see tracing.md. It reads the variables that every
// SDK of OpenTelemetry reads: OTEL_EXPORTER_OTLP_ENDPOINT (default http://localhost:4318), OTEL_SERVICE_NAME, OTEL_TRACES_SAMPLER.
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http'
import { defaultResource, detectResources, envDetector, resourceFromAttributes } from '@opentelemetry/resources'
import { BatchSpanProcessor, NodeTracerProvider } from '@opentelemetry/sdk-trace-node'

const resource = defaultResource()
  .merge(resourceFromAttributes({ 'service.name': 'taskwire' }))
  .merge(detectResources({ detectors: [envDetector] }))
// Every second: what is not sent when the process ends is lost.
const processor = new BatchSpanProcessor(new OTLPTraceExporter(), { scheduledDelayMillis: 1_000 })
new NodeTracerProvider({ resource, spanProcessors: [processor] }).register()
