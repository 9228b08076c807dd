import { expect, test } from 'vitest'
import { exposedHeaders } from '../allow-origins.ts'
import { documentedOperations } from '../testing/documented-operations.ts'

/** What a browser shows to every page (https://fetch.spec.whatwg.org/#cors-safelisted-response-header-name). */
const SHOWN_ANYWAY = [
  ...['cache-control', 'content-language', 'content-length', 'content-type', 'expires', 'last-modified', 'pragma'],
]

/** What no page ever reads. */
const HIDDEN = 'set-cookie'

test('pages of other origins may read every header that the document names', () => {
  const responses = documentedOperations.flatMap(({ responses }) => [...responses.values()])
  const named = new Set(responses.flatMap(({ headers = {} }) => Object.keys(headers)).map((name) => name.toLowerCase()))
  const readable = [...exposedHeaders, ...SHOWN_ANYWAY, HIDDEN]
  expect([...named].filter((name) => !readable.includes(name))).toEqual([])
  expect(named).toContain('etag')
})
