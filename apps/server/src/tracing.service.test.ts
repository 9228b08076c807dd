import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { ROOT, startFromSource } from '@taskwire/config/testing'
import { freshServerUrl } from '@taskwire/prisma/testing'
import { openChangeStream, registeredCalls } from '@taskwire/router/testing'
import { expect, onTestFinished, test } from 'vitest'

/** What is looked at of a span as OTLP sends it. */
interface Span {
  name: string
  traceId: string
  spanId: string
  parentSpanId?: string
  attributes: { key: string; value: { stringValue?: string } }[]
}

/** Takes spans as a collector does (https://opentelemetry.io/docs/specs/otlp/#otlphttp). */
async function collector(): Promise<{ endpoint: string; spans: Span[] }> {
  const spans: Span[] = []
  const server = createServer(async (request, response) => {
    const { resourceSpans } = JSON.parse(Buffer.concat(await request.toArray()).toString())
    for (const { scopeSpans } of resourceSpans) for (const scope of scopeSpans) spans.push(...scope.spans)
    response.setHeader('content-type', 'application/json').end('{}')
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return { endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, spans }
}

const attributeOf = ({ attributes }: Span, name: string) =>
  attributes.find(({ key }) => key === name)?.value.stringValue

test('with an SDK a request is followed from its traceparent to each call and statement, and in the log', async () => {
  const { endpoint, spans } = await collector()
  await using server = startFromSource(
    { DATABASE_URL: await freshServerUrl(), BCRYPT_COST: '4', OTEL_EXPORTER_OTLP_ENDPOINT: endpoint },
    [`--import=${join(ROOT, 'docs/operations/tracing.mjs')}`],
  )
  const url = await server.url
  const ada = await registeredCalls({ url })
  const traceId = '0af7651916cd43dd8448eb211c80319c'
  const headers = { authorization: `Bearer ${ada.token}`, traceparent: `00-${traceId}-b7ad6b7169203331-01` }
  const input = encodeURIComponent(JSON.stringify({ 1: { json: { id: crypto.randomUUID() } } }))
  await fetch(`${url}/trpc/task.list,task.get,auth.me?batch=1&input=${input}`, { headers })
  const ofTrace = () => spans.filter((span) => span.traceId === traceId)
  await expect.poll(() => ofTrace().length, { timeout: 20_000 }).toBeGreaterThanOrEqual(7)

  const [request, ...others] = ofTrace().filter(({ name }) => name === 'GET /trpc')
  expect({ request, others }).toMatchObject({ request: { parentSpanId: 'b7ad6b7169203331' }, others: [] })
  const calls = ofTrace().filter(({ parentSpanId }) => parentSpanId === request?.spanId)
  expect(calls.map((span) => [span.name, attributeOf(span, 'error.type')]).sort()).toEqual([
    ['auth.me', undefined],
    ['task.get', 'NOT_FOUND'],
    ['task.list', undefined],
  ])
  expect(new Set(calls.map((span) => attributeOf(span, 'taskwire.request_id'))).size).toBe(1)
  for (const { spanId } of calls) {
    const statements = ofTrace().filter(({ parentSpanId }) => parentSpanId === spanId)
    expect(statements.map((span) => attributeOf(span, 'db.query.text'))).toContainEqual(expect.stringMatching(/SELECT/))
  }

  await fetch(`${url}/api/tasks`, { headers: { authorization: headers.authorization } })
  const stream = openChangeStream({ url, token: ada.token })
  await stream.connected
  stream.cut()
  const named = (name: string) => spans.filter((span) => span.name === name)
  await expect.poll(() => named('change.stream'), { timeout: 20_000 }).toHaveLength(1)
  const [overRest] = named('GET /api/tasks')
  expect(named('task.list').map(({ parentSpanId }) => parentSpanId)).toContain(overRest?.spanId)

  server.kill('SIGTERM')
  const { code, output } = await server.ended
  expect(code).toBe(0)
  const lines = output.map((line) => JSON.parse(line)).filter(({ trace_id }) => trace_id === traceId)
  expect(lines.length).toBeGreaterThan(0)
  // Whom the spans are about is told by an id alone, and no value of a statement is in them.
  expect(JSON.stringify(spans)).not.toContain(ada.email)
}, 120_000)
