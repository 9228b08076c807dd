import { expect } from 'vitest'
import { parse } from 'yaml'
import { testWith } from '../testing/fixture.ts'
import { send } from '../testing/send.ts'

const FRIEND = 'https://app.example.com'

const test = testWith({ corsOrigins: [FRIEND] }).extend(
  'call',
  ({ server }) =>
    (path: string, request: { method?: string; headers?: Record<string, string> } = {}) =>
      send(server, { method: 'GET', path, ...request }),
)

test.for(['/api/openapi.json', '/api/v1/openapi.yaml'])(
  '%s is there, and whoever has it is told so',
  async (path, { call }) => {
    const { text, headers } = await call(path)
    expect(headers).toMatchObject({
      'content-type': expect.stringContaining(`application/${path.split('.')[1]}`),
      'cache-control': 'no-cache',
    })
    expect(parse(text)).toMatchObject({ openapi: '3.1.1', info: { title: 'Taskwire' } })
    const again = await call(path, { headers: { 'if-none-match': headers.etag ?? '' } })
    expect(again).toMatchObject({ status: 304, text: '' })
  },
)

test('the document is only to be read', async ({ call }) => {
  expect(await call('/api/openapi.json', { method: 'HEAD' })).toMatchObject({ status: 200, text: '' })
  const refused = await call('/api/openapi.json', { method: 'POST' })
  expect(refused).toMatchObject({ status: 405, reasons: ['METHOD_NOT_SUPPORTED'], headers: { allow: 'GET, HEAD' } })
})

test('pages of anybody read it, without credentials', async ({ call }) => {
  const { headers } = await call('/api/openapi.json', { headers: { origin: 'https://editor.example.org' } })
  expect(headers['access-control-allow-origin']).toBe('*')
  expect(headers).not.toHaveProperty('access-control-allow-credentials')
})

test('pages that may call with credentials read it with them', async ({ call }) => {
  const { headers } = await call('/api/openapi.json', { headers: { origin: FRIEND } })
  expect(headers).toMatchObject({
    'access-control-allow-origin': FRIEND,
    'access-control-allow-credentials': 'true',
  })
})
