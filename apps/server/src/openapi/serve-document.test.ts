import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import express from 'express'
import { test as base, expect } from 'vitest'
import { parse } from 'yaml'
import { allowOrigins } from '../allow-origins.ts'
import { type HttpAnswer, send } from '../testing/send.ts'
import { serveDocument } from './serve-document.ts'

const FRIEND = 'https://app.example.com'

type Call = (path: string, request?: { method?: string; headers?: Record<string, string> }) => Promise<HttpAnswer>

const test = base.extend<{ call: Call }>({
  // biome-ignore lint/correctness/noEmptyPattern: Vitest reads from it that nothing is needed
  call: async ({}, use) => {
    const app = express()
    app.use(allowOrigins((origin) => origin === FRIEND))
    app.use('/api', serveDocument('1.2.3'))
    const server = createServer(app).listen(0, '127.0.0.1')
    await once(server, 'listening')
    const { port } = server.address() as AddressInfo
    await use((path, request) => send({ port }, { method: 'GET', path, ...request }))
    server.close()
  },
})

test.for(['json', 'yaml'])('is served as %s, and whoever has it is told so', async (form, { call }) => {
  const path = `/api/openapi.${form}`
  const { text, headers } = await call(path)
  expect(headers).toMatchObject({
    'content-type': expect.stringContaining(`application/${form}`),
    'cache-control': 'no-cache',
  })
  expect(parse(text)).toMatchObject({ openapi: '3.1.1', info: { version: '1.2.3' } })
  expect(await call(path, { headers: { 'if-none-match': headers.etag ?? '' } })).toMatchObject({
    status: 304,
    text: '',
  })
})

test('is only to be read', async ({ call }) => {
  expect(await call('/api/openapi.json', { method: 'HEAD' })).toMatchObject({ status: 200, text: '' })
  const refused = await call('/api/openapi.json', { method: 'POST' })
  expect(refused).toMatchObject({ status: 405, reasons: ['METHOD_NOT_SUPPORTED'], headers: { allow: 'GET, HEAD' } })
})

test('is readable by pages of anybody, without credentials', async ({ call }) => {
  const { headers } = await call('/api/openapi.json', { headers: { origin: 'https://editor.example.org' } })
  expect(headers['access-control-allow-origin']).toBe('*')
  expect(headers).not.toHaveProperty('access-control-allow-credentials')
})

test('is readable with credentials by pages that may call with them', async ({ call }) => {
  const { headers } = await call('/api/openapi.json', { headers: { origin: FRIEND } })
  expect(headers).toMatchObject({
    'access-control-allow-origin': FRIEND,
    'access-control-allow-credentials': 'true',
  })
})
