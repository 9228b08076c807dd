import type { IncomingHttpHeaders } from 'node:http'
import { expect, test } from 'vitest'
import { differencesFromDocument } from './document-checker.ts'

const id = '01981f0e-5b77-7d31-8a44-9f0b7a1f3c02'
const createdAt = '2026-11-20T08:15:00.000Z'
const tag = { id, name: 'Home', color: null, version: 3, createdAt, updatedAt: createdAt, deletedAt: null }
const headers = {
  'content-type': 'application/json; charset=utf-8',
  'x-request-id': 'x',
  etag: '"3"',
  location: `/api/tags/${id}`,
}

interface Sample {
  status: number
  headers: IncomingHttpHeaders
  body: object
}

const made: Sample = { status: 201, headers, body: tag }

const problem = { 'content-type': 'application/problem+json', 'x-request-id': 'x' }
const refused = (reason: string, status: number): Sample => ({
  status,
  headers: problem,
  body: {
    type: `urn:taskwire:problem:${reason}`,
    title: 'No',
    status,
    detail: 'No',
    reason,
    requestId: 'x',
  },
})

function differences(method: string, path: string, { body, ...answer }: Sample) {
  return differencesFromDocument({ method, path }, { ...answer, text: JSON.stringify(body) })
}

test('an answer that the document has differs in nothing', () => {
  expect(differences('POST', '/tags', made)).toEqual([])
  expect(differences('GET', `/tasks/${id}`, refused('NOT_FOUND', 404))).toEqual([])
  expect(differences('GET', '/nothing', refused('UNKNOWN_PROCEDURE', 404))).toEqual([])
})

test.for<[what: string, answer: Sample, difference: string]>([
  ['a field that is not documented', { ...made, body: { ...tag, owner: id } }, 'additional properties'],
  ['a field that is missing', { ...made, body: { ...tag, version: undefined } }, "required property 'version'"],
  ['a field of another type', { ...made, body: { ...tag, version: '3' } }, '/version must be integer'],
  ['a moment in words', { ...made, body: { ...tag, createdAt: 'today' } }, '/createdAt must match format'],
  ['a status that is not documented', { ...made, status: 200 }, 'the status 200 is not documented'],
  ['a header that is missing', { ...made, headers: { ...headers, location: undefined } }, 'Location is missing'],
  ['a header that is not documented', { ...made, headers: { ...headers, link: '<>' } }, 'Link is not documented'],
  [
    'a header that is no number',
    { ...made, headers: { ...headers, 'ratelimit-reset': 'soon' } },
    'RateLimit-Reset is soon',
  ],
  [
    'another media type',
    { ...made, headers: { ...headers, 'content-type': 'text/html' } },
    'text/html is not documented',
  ],
  ['a reason that is not documented', refused('CROSS_SITE', 403), 'the status 403 is not documented'],
  ['a reason of another operation', refused('VERSION_CONFLICT', 409), 'must be equal to constant'],
  [
    'a request that has two names',
    { ...refused('TOKEN_MISSING', 401), headers: { ...problem, 'x-request-id': 'y' } },
    'requestId is x, and y',
  ],
])('%s is a difference', ([, answer, difference]) => {
  expect(differences('POST', '/tags', answer).join('\n')).toContain(difference)
})

test('a body where none is documented, and a method that is not, are differences', () => {
  const { body: _, ...empty } = made
  const deleted = { status: 204, headers: { 'x-request-id': 'x' } }
  expect(differencesFromDocument({ method: 'DELETE', path: `/tags/${id}` }, { ...deleted, text: '' })).toEqual([])
  expect(differencesFromDocument({ method: 'DELETE', path: `/tags/${id}` }, { ...deleted, text: '{}' })).toEqual([
    'no body is documented',
  ])
  expect(differencesFromDocument({ method: 'PUT', path: '/tags' }, { ...empty, text: '' })).toEqual([
    'the status 201 is not documented',
  ])
})

test('so is another list of methods', () => {
  const answer = refused('METHOD_NOT_SUPPORTED', 405)
  const told = (allow: string) => differences('PUT', '/tags', { ...answer, headers: { ...problem, allow } })
  expect(told('POST, HEAD, GET')).toEqual([])
  expect(told('GET, HEAD, POST, DELETE')).toHaveLength(1)
})

test('of a stream each event is looked at', () => {
  const stream = { status: 200, headers: { 'content-type': 'text/event-stream', 'x-request-id': 'x' } }
  const told = (text: string) =>
    differencesFromDocument({ method: 'GET', path: '/changes/stream' }, { ...stream, text })
  const change = { type: 'tag', version: 3, id, deleted: false, tag }
  expect(told(`event: tag\nid: 3\ndata: ${JSON.stringify(change)}\n\n`)).toEqual([])
  expect(told(`event: tag\nid: 4\ndata: ${JSON.stringify(change)}\n\n`)).toHaveLength(1)
  expect(told(`event: tag\nid: 3\ndata: ${JSON.stringify({ ...change, more: 1 })}\n\n`).join()).toContain('additional')
  const { body } = refused('SESSION_REVOKED', 401)
  expect(told(`event: problem\ndata: ${JSON.stringify(body)}\n\n`)).toEqual([])
  expect(told(`event: problem\ndata: ${JSON.stringify({ ...body, title: 1 })}\n\n`)).toHaveLength(1)
})
