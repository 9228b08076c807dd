import fc from 'fast-check'
import type { SchemaObject } from 'openapi3-ts/oas31'
import type { Draft } from './request-drafts.ts'

const texts = [
  ...['', ' ', 'null', 'true', 'TRUE', '0', '-1', '1.5', '1e3', '0x10', 'NaN', '9'.repeat(30), '%', '\0', '\u202e'],
  ...["' OR 1=1 --", '../..', '__proto__', '{{7*7}}', '2026-02-30T00:00:00Z', '2026-12-01', '0000-01-01T00:00:00Z'],
  ...['00000000-0000-4000-8000-00000000000g', 'x'.repeat(300), '\ufdfa'.repeat(60), '#12345', 'a@b'],
]
const numbers = [-1, 0, 0.5, 101, 2 ** 31, 2 ** 53, -(2 ** 63), 1e308, 5e-324]
const text = fc.constantFrom(...texts)
const value = fc.oneof(
  fc.constantFrom<unknown>(...texts, ...numbers, null, true, false, [], {}, [[]], ['x'], { id: 1 }),
  fc.jsonValue({ maxDepth: 2 }),
)
const unknownName = fc.constantFrom(
  ...['userId', '__proto__', 'constructor', 'toString', 'ID', 'direction', 'lastEventId', 'a.b'],
)

const headerValues: [name: string, values: string[]][] = [
  ['If-Match', ['', '*', '""', '"', '1', '"1", "2"', 'W/"1"', '"99999999999"', 'x'.repeat(2_000), '\xff']],
  ['If-None-Match', ['', '*', '"', 'W/', '"1", W/"2"', 'x'.repeat(2_000), '\xff']],
  ['Idempotency-Key', ['', 'first', '""', '"0199c0de-0000-7000-8000-000000000000"', 'x'.repeat(2_000), '\xff']],
  ['Last-Event-ID', ['', '-1', '1e3', '9999999999', '99999999999', '1, 2', '\xff']],
  ['Range', ['bytes=0-1', 'x']],
  ['Accept', ['text/html', 'nothing', '*/*;q=x']],
  ['Origin', ['null', 'https://evil.example', 'x']],
  ['X-HTTP-Method-Override', ['DELETE']],
  ['X-Forwarded-For', ['127.0.0.1, x', "'"]],
  ['Cookie', ['taskwire=x', '=', 'taskwire=%ff', '__proto__=1']],
  ['taskwire-session', ['body', 'x']],
]
const header = fc.constantFrom(
  ...headerValues.flatMap(([name, values]) => values.map((each): [name: string, value: string] => [name, each])),
)

interface Change {
  /** Default: to every request. */
  applies?(draft: Draft): boolean
  change(draft: Draft): fc.Arbitrary<Draft>
}

/** What can be changed of a request, which the document may allow all the same. */
export const changes: Record<string, Change> = {
  'another value in the path': {
    applies: ({ path }) => Object.keys(path).length > 0,
    change: (draft) => text.filter(Boolean).map((id) => ({ ...draft, path: { id } })),
  },
  'another value in the query': {
    applies: (draft) => queryNames(draft).length > 0,
    change: (draft) =>
      fc.tuple(fc.constantFrom(...queryNames(draft)), text).map(([name, each]) => {
        const others = draft.query.filter(([other]) => other !== name)
        return { ...draft, query: [...others, [name, each]] }
      }),
  },
  'a name twice in the query': {
    applies: (draft) => queryNames(draft).length > 0,
    change: (draft) =>
      fc.tuple(fc.constantFrom(...queryNames(draft)), fc.constantFrom('true', '1', 'x')).map((each) => {
        return { ...draft, query: [...draft.query, each, each] }
      }),
  },
  'nothing in the query': {
    applies: ({ query }) => query.length > 0,
    change: (draft) => fc.constant({ ...draft, query: [] }),
  },
  'an unknown name in the query': {
    change: (draft) => fc.tuple(unknownName, text).map((each) => ({ ...draft, query: [...draft.query, each] })),
  },
  'another value in the body': {
    applies: (draft) => bodyNames(draft).length > 0,
    change: (draft) =>
      fc.tuple(fc.constantFrom(...bodyNames(draft)), value).map(([name, each]) => withField(draft, name, each)),
  },
  'a value beyond a bound in the body': {
    applies: (draft) => valuesBeyondBounds(draft).length > 0,
    change: (draft) =>
      fc.constantFrom(...valuesBeyondBounds(draft)).map(([name, each]) => withField(draft, name, each)),
  },
  'a field less in the body': {
    applies: ({ body }) => Object.keys(body ?? {}).length > 0,
    change: (draft) =>
      fc.constantFrom(...Object.keys(draft.body ?? {})).map((name) => withField(draft, name, undefined)),
  },
  'an unknown field in the body': {
    applies: takesJson,
    change: (draft) => fc.tuple(unknownName, value).map(([name, each]) => withField(draft, name, each)),
  },
  'another body': {
    applies: takesJson,
    change: (draft) => value.map((body) => ({ ...draft, body })),
  },
  'another header': {
    change: (draft) => header.map(([name, each]) => ({ ...draft, headers: { ...draft.headers, [name]: each } })),
  },
}

function queryNames({ operation }: Draft): string[] {
  return operation.parameters.filter((each) => each.in === 'query').map(({ name }) => name)
}

function bodyNames({ operation }: Draft): string[] {
  return Object.keys(operation.body?.schema.properties ?? {})
}

/** Also where nothing is taken: it is looked at. */
function takesJson({ operation: { method, body } }: Draft): boolean {
  return method !== 'GET' && (body === undefined || body.mediaType === 'application/json')
}

/** Another field in the body; of a form, whose fields are all texts, another text. */
function withField(draft: Draft, name: string, each: unknown): Draft {
  const others = Object.entries(draft.body ?? {}).filter(([other]) => other !== name)
  if (each === undefined) return { ...draft, body: Object.fromEntries(others) }
  const isText = draft.operation.body?.mediaType !== 'application/x-www-form-urlencoded' || typeof each === 'string'
  return { ...draft, body: Object.fromEntries([...others, [name, isText ? each : JSON.stringify(each)]]) }
}

function valuesBeyondBounds({ operation }: Draft): [name: string, value: unknown][] {
  return Object.entries(operation.body?.schema.properties ?? {}).flatMap(([name, schema]) =>
    beyondBounds(schema as SchemaObject).map((each): [string, unknown] => [name, each]),
  )
}

function beyondBounds({ maxLength, minLength = 0, maximum, minimum, maxItems, minItems = 0 }: SchemaObject): unknown[] {
  return [
    ...(maxLength === undefined ? [] : ['x'.repeat(maxLength + 1), 'é'.repeat(maxLength + 1)]),
    ...(minLength === 0 ? [] : ['x'.repeat(minLength - 1)]),
    ...(maximum === undefined ? [] : [maximum + 1]),
    ...(minimum === undefined ? [] : [minimum - 1]),
    ...(maxItems === undefined ? [] : [ids(maxItems + 1)]),
    ...(minItems === 0 ? [] : [ids(minItems - 1)]),
  ]
}

function ids(count: number): string[] {
  return Array.from({ length: count }, (_, index) => `00000000-0000-4000-9000-${String(index).padStart(12, '0')}`)
}
