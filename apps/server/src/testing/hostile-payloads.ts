import fc from 'fast-check'
import { inputFieldNames } from './procedures.ts'

/** Names of fields that inputs have, and of some that none should have. */
const fieldNames = [
  ...inputFieldNames(),
  ...['userId', '__proto__', 'constructor', 'prototype', 'toString', 'then', 'toJSON', 'length', '0', 'a.b', '\\', ''],
]

const texts = [
  ...['\0', '\ud800', '\udfff\ud800', '\u202e', '\ufdfa'.repeat(50), 'x'.repeat(5_000), "'; DROP TABLE users; --"],
  ...['%', '_%\\', '$(id)', '{{7*7}}', '../../etc/passwd', 'true', 'null', 'NaN', '-0', '1e309', '9'.repeat(101)],
  ...['2026-02-30', '0000-01-01', '+275760-09-13T00:00:00.000Z', '-000001-01-01T00:00:00.000Z', '2026-11-21'],
  ...['ada@example.com', 'ａｄａ＠example.com', '"a b"@example.com', 'a@b', 'createdAt', 'asc', '#1e90ff'],
  ...['eyJ2IjoxfQ', 'bm90LWEtY3Vyc29y', '0199c0de-0000-7000-8000-000000000000', 'correct horse battery staple'],
]

const numbers = [0, -1, 1, 100, 101, 2 ** 31, 2 ** 53, -(2 ** 63), 1e308, 5e-324, 0.1, 2_147_483_647]

const types = [
  ...['Date', 'undefined', 'bigint', 'map', 'set', 'number', 'Error', 'regexp', 'URL', 'toString', '__proto__', ''],
  ...[
    ['typed-array', 'Float64Array'],
    ['typed-array', 'BigUint64Array'],
    ['class', 'Object'],
    ['symbol', 'x'],
  ],
]

const names = fc.constantFrom(...fieldNames)

const scalar = fc.oneof(
  fc.constantFrom<unknown>(...texts, ...numbers, true, false, null),
  fc.string({ unit: 'binary', maxLength: 30 }),
  fc.uuid(),
  fc.double(),
)

const { tree } = fc.letrec<{ tree: unknown }>((tie) => ({
  tree: fc.oneof(
    { maxDepth: 4 },
    scalar,
    fc.array(tie('tree'), { maxLength: 5 }),
    fc.dictionary(names, tie('tree'), { maxKeys: 6 }),
  ),
}))

const path = fc.array(names, { minLength: 1, maxLength: 3 }).map((segments) => segments.join('.'))

const { annotation } = fc.letrec<{ annotation: unknown }>((tie) => ({
  annotation: fc.oneof(
    { maxDepth: 4 },
    fc.constantFrom<unknown>(...types.map((type) => [type]), ...types, null, [], ['Date', {}], ['set', ['map']]),
    fc.tuple(fc.constantFrom<unknown>(...types), tie('annotation')),
    fc.dictionary(path, tie('annotation'), { maxKeys: 3 }),
  ),
}))

const fields = fc.dictionary(names, tree, { maxKeys: 8 })

const envelope = fc.record(
  {
    json: fc.oneof({ weight: 4, arbitrary: fields }, { weight: 1, arbitrary: tree }),
    meta: fc.oneof(
      fc.record({ values: annotation, v: fc.constantFrom<unknown>(0, 1, 2, '1') }, { requiredKeys: ['values'] }),
      fc.record({ referentialEqualities: annotation }),
      tree,
    ),
    more: tree,
  },
  { requiredKeys: ['json'] },
)

/** A body as somebody might write it who wishes us ill: mostly in superjson's format, and mostly JSON. */
export const hostilePayload: fc.Arbitrary<string> = fc.oneof(
  { weight: 5, arbitrary: fc.record({ json: fields }).map((body) => JSON.stringify(body)) },
  { weight: 10, arbitrary: envelope.map((body) => JSON.stringify(body)) },
  { weight: 1, arbitrary: fc.tuple(envelope, fc.nat(60)).map(([body, end]) => JSON.stringify(body).slice(0, end)) },
  { weight: 1, arbitrary: fc.oneof(fc.json(), fc.string({ unit: 'binary' })) },
)

/** What a few bytes can do to stock superjson, to a stack or to a regular expression; all within the 100 kB of a body. */
export const bombs: readonly (readonly [name: string, body: string])[] = [
  ['a typed array of gigabytes', '{"json":{"title":1e9},"meta":{"values":{"title":[["typed-array","Float64Array"]]}}}'],
  ['a billion laughs', referentialBomb()],
  ['20 000 levels of lists', `{"json":${'['.repeat(20_000)}${']'.repeat(20_000)}}`],
  ['16 000 levels of objects', `{"json":${'{"a":'.repeat(16_000)}1${'}'.repeat(16_000)}}`],
  ['16 000 levels of annotations', `{"json":{},"meta":{"values":${'{"a":'.repeat(16_000)}1${'}'.repeat(16_000)}}}`],
  ['a path of 20 000 segments', `{"json":{},"meta":{"values":{"${'a.'.repeat(20_000)}":["Date"]}}}`],
  ['40 000 backslashes in a path', `{"json":{},"meta":{"values":{"${'\\\\'.repeat(20_000)}":["Date"]}}}`],
  ['a prototype as key', '{"json":{"__proto__":{"polluted":true},"constructor":{"prototype":{"polluted":true}}}}'],
  ['a prototype as path', '{"json":{"title":null},"meta":{"values":{"title.__proto__.polluted":["undefined"]}}}'],
  ['6 000 unknown fields', JSON.stringify({ json: numbered(6_000) })],
  ['a list of 45 000', `{"json":{"tagIds":[${Array(45_000).fill(0).join()}]}}`],
  [
    '9 900 ids that are none',
    `{"json":{"tagIds":[${Array(9_900).fill(0).join()}],"ids":[${Array(50).fill('""').join()}]}}`,
  ],
  [
    'a map of 2 400',
    `{"json":{"title":[${Array(2_400).fill('[0,[[1,2]]]').join()}]},"meta":{"values":{"title":["map"]}}}`,
  ],
  ['a set of 9 900', `{"json":{"title":[${Array(9_900).fill(0).join()}]},"meta":{"values":{"title":["set"]}}}`],
  ['a bigint of 90 000 digits', `{"json":{"limit":"${'9'.repeat(90_000)}"},"meta":{"values":{"limit":["bigint"]}}}`],
  ['a date of 90 000 digits', `{"json":{"dueAt":"${'1'.repeat(90_000)}"},"meta":{"values":{"dueAt":["Date"]}}}`],
  ['a title of 90 000 blanks', `{"json":{"title":"x${' '.repeat(90_000)}x"}}`],
  ['a long text that grows when normalised', JSON.stringify({ json: { name: '\ufdfa'.repeat(30_000) } })],
  ['an email that a regular expression would chew on', `{"json":{"email":"${'a.'.repeat(1_500)}@","password":"x"}}`],
  ['a number of 90 000 digits', `{"json":{"limit":${'9'.repeat(90_000)}}}`],
]

function referentialBomb(): string {
  const json = Object.fromEntries(Array.from({ length: 24 }, (_, level) => [`l${level}`, [null, null]]))
  const referentialEqualities = Object.fromEntries(
    Array.from({ length: 23 }, (_, level) => [`l${level}`, [`l${level + 1}.0`, `l${level + 1}.1`]]),
  )
  return JSON.stringify({ json, meta: { referentialEqualities } })
}

function numbered(count: number): Record<string, number> {
  return Object.fromEntries(Array.from({ length: count }, (_, index) => [`key${index}`, index]))
}
