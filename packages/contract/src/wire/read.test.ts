import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { wire } from '../wire.ts'
import { WireError } from './wire-error.ts'

const read = wire.input.deserialize

function overTheWire(value: unknown) {
  return JSON.parse(JSON.stringify(value))
}

describe('reading', () => {
  test('takes a call without input', () => {
    expect(read(undefined)).toBeUndefined()
    expect(read({})).toBeUndefined()
    expect(read(overTheWire(wire.input.serialize(undefined)))).toBeUndefined()
  })

  test('takes paths written out, nested or mixed, with and without a version', () => {
    const json = { a: { b: '2026-11-21', c: [null] } }
    const expected = { a: { b: new Date('2026-11-21'), c: [undefined] } }
    expect(read({ json, meta: { values: { 'a.b': ['Date'], 'a.c.0': ['undefined'] } } })).toStrictEqual(expected)
    expect(read({ json, meta: { values: { a: { b: ['Date'], 'c.0': ['undefined'] } }, v: 1 } })).toStrictEqual(expected)
  })

  test('takes an answer of 500 changes with 50 tags each, but no such input', () => {
    const tag = { id: 'id', name: 'name', color: null }
    const changes = Array.from({ length: 500 }, () => ({ task: { at: new Date(0), tags: Array(50).fill(tag) } }))
    const payload = overTheWire(wire.output.serialize(changes))
    expect(wire.output.deserialize(payload)).toStrictEqual(changes)
    expect(() => read(payload)).toThrow(WireError)
  })

  test('takes 32 levels and 10 000 values, not one more', () => {
    expect(read({ json: nested(32) })).toEqual(nested(32))
    expect(() => read({ json: nested(33) })).toThrow('More than 32 levels of nesting')
    expect(read({ json: Array(9_999).fill(0) })).toHaveLength(9_999)
    expect(() => read({ json: Array(10_000).fill(0) })).toThrow('More than 10000 values')
  })

  test.each<[string, unknown]>([
    ['Date', 'yesterday'],
    ['Date', ''],
    ['Date', '2026-02-30T00:00:00.000Z'],
    ['Date', '2026-13-01T00:00:00.000Z'],
    ['Date', '2026-11-21T25:00:00.000Z'],
    ['Date', '2026-11-21T10:00:00'],
    ['Date', '+999999-01-01T00:00:00.000Z'],
    ['Date', 1_763_715_600_000],
    ['Date', null],
    ['undefined', 'something'],
    ['bigint', '1'],
    ['bigint', '1'.repeat(101)],
    ['bigint', 10],
    ['map', [['key', 1]]],
    ['map', {}],
    ['set', ['ab']],
    ['set', { length: 1e9 }],
    ['number', 'NaN'],
    ['number', '-0'],
    ['Error', { name: 'Error', message: 'm' }],
    ['regexp', '/(a+)+$/'],
    ['URL', 'https://example.com'],
    ['toString', 'x'],
  ])('refuses %s of %j', (type, json) => {
    expect(() => read({ json: { field: json }, meta: { values: { field: [type] }, v: 1 } })).toThrow(WireError)
  })

  test('names the field of a fault', () => {
    expect(() => read({ json: { task: { dueAt: 'soon' } }, meta: { values: { 'task.dueAt': ['Date'] } } })).toThrow(
      'Not a valid Date at "task.dueAt"',
    )
  })
})

describe('a hostile payload', () => {
  const hostile: [string, string][] = [
    ['a typed array', body(1e9, { values: [['typed-array', 'Float64Array']], v: 1 })],
    ['a class', body({}, { values: [['class', 'Object']], v: 1 })],
    ['a symbol', body('x', { values: [['symbol', 'x']], v: 1 })],
    ['a custom type', body('x', { values: [['custom', 'x']], v: 1 })],
    ['referentialEqualities', body({ a: [1], b: null }, { referentialEqualities: { a: ['b'] }, v: 1 })],
    ['referential doubling', body(doubling(), { referentialEqualities: doublingEqualities(), v: 1 })],
    ['empty referentialEqualities', body(1, { referentialEqualities: {} })],
    ['20 000 levels of values', `{"json":${'['.repeat(20_000)}${']'.repeat(20_000)}}`],
    ['20 000 levels of objects', `{"json":${'{"a":'.repeat(20_000)}1${'}'.repeat(20_000)}}`],
    ['20 000 levels of annotations', `{"json":1,"meta":{"values":${'{"a":'.repeat(20_000)}1${'}'.repeat(20_000)}}}`],
    ['20 000 levels of types', `{"json":1,"meta":{"values":${'["map",'.repeat(20_000)}1${']'.repeat(20_000)}}}`],
    ['a path of 20 000 segments', body(1, { values: { ['a.'.repeat(20_000)]: ['Date'] } })],
    ['as many annotations as a body holds', body(1, { values: numbered(12_000, 0) })],
    ['as many annotated segments as a body holds', body(1, { values: deepPaths(3_000) })],
    ['as many values as a body holds', body(Array(50_000).fill(0), {})],
    ['as many properties as a body holds', body(numbered(12_000, 0), {})],
    ['100 000 backslashes in a path', body(1, { values: { ['\\'.repeat(100_000)]: ['Date'] } })],
    ['100 000 escaped dots in a path', body(1, { values: { ['\\..'.repeat(33_000)]: ['Date'] } })],
    ['a bigint of 100 000 digits', body('9'.repeat(100_000), { values: ['bigint'] })],
    ['__proto__ as key', '{"json":{"__proto__":{"polluted":true}}}'],
    ['constructor as key', '{"json":{"constructor":{"prototype":{"polluted":true}}}}'],
    ['__proto__ as path', '{"json":{},"meta":{"values":{"__proto__.polluted":["undefined"]}}}'],
    ['__proto__ as nested path', '{"json":{},"meta":{"values":{"__proto__":{"polluted":["undefined"]}}}}'],
    ['constructor as path', '{"json":{},"meta":{"values":{"constructor.prototype.polluted":["undefined"]}}}'],
    ['prototype as path', '{"json":{"a":{}},"meta":{"values":{"a.prototype":["Date"]}}}'],
    ['a path to nothing', body({ a: 1 }, { values: { b: ['undefined'] } })],
    ['a path into a string', body({ a: 'text' }, { values: { 'a.0': ['undefined'] } })],
    ['a path past the end', body([1], { values: { 1: ['undefined'] } })],
    ['a path to an array length', body([1], { values: { length: ['undefined'] } })],
    ['an index that is not canonical', body([null], { values: { '00': ['undefined'] } })],
    ['an inherited path', body({}, { values: { toString: ['undefined'] } })],
    ['one path twice', body({ a: { b: null } }, { values: { 'a.b': ['undefined'], a: { b: ['undefined'] } } })],
    ['a lone backslash in a path', body({ a: 1 }, { values: { 'a\\': ['undefined'] } })],
    ['an annotation of three', body(null, { values: ['undefined', {}, {}] })],
    ['an annotation of none', body(null, { values: [] })],
    ['annotations that are text', body(null, { values: 'Date' })],
    ['annotations that are null', body(null, { values: null })],
    ['a type within a type', body([], { values: ['Date', ['Date']] })],
    ['values within a type', body([null], { values: ['set', { 0: ['undefined'] }] })],
    ['an unknown version', body(null, { values: {}, v: 2 })],
    ['meta that is a list', body(null, [])],
    ['an unknown key of meta', body(null, { values: {}, more: 1 })],
    ['no envelope', '{"title":"Write"}'],
    ['null', 'null'],
    ['a list', '[]'],
    ['text', '"text"'],
  ]

  test.each(hostile)('is refused at once: %s', (_, text) => {
    const payload: unknown = JSON.parse(text)
    expect(() => read(payload)).toThrow(WireError)
    expect(fastest(() => read(payload), 20)).toBeLessThan(20)
    expect({}).not.toHaveProperty('polluted')
  })

  test('is refused without reading a value of it when it has 300 000', () => {
    let looks = 0
    const watched = <Members extends object>(members: Members) =>
      new Proxy(members, {
        get(target, key) {
          if (key !== 'length') looks += 1
          return Reflect.get(target, key)
        },
      })
    const members = watched(numbered(300_000, 0))
    const list = watched(Array(300_000).fill(0))
    for (const payload of [{ json: members }, { json: list }, { json: 1, meta: { values: members } }]) {
      expect(() => read(payload)).toThrow(WireError)
    }
    expect(looks).toBe(0)
  })

  test('throws nothing but a WireError, whatever it is', () => {
    const before = Object.getOwnPropertyNames(Object.prototype)
    const annotation = fc.oneof(fc.constantFrom(['Date'], ['map'], ['set', { 0: ['Date'] }], ['undefined']), fc.json())
    const payload = fc.oneof(
      fc.json().map((text) => JSON.parse(text)),
      fc.record({ json: fc.jsonValue(), meta: fc.record({ values: fc.jsonValue() }) }),
      fc.record({
        json: fc.jsonValue(),
        meta: fc.record({ values: fc.dictionary(fc.string(), annotation), v: fc.constantFrom(0, 1) }),
      }),
    )
    fc.assert(
      fc.property(payload, (value) => {
        try {
          read(value)
        } catch (error) {
          expect(error).toBeInstanceOf(WireError)
        }
      }),
      { numRuns: 3_000 },
    )
    expect(Object.getOwnPropertyNames(Object.prototype)).toEqual(before)
  })
})

/** Milliseconds; the fastest of 40 at most, because a busy machine can only slow a run down. */
function fastest(run: () => unknown, enough: number): number {
  let time = Number.POSITIVE_INFINITY
  for (let attempt = 0; attempt < 40 && time >= enough; attempt += 1) {
    const started = performance.now()
    expect(run).toThrow()
    time = Math.min(time, performance.now() - started)
  }
  return time
}

function body(json: unknown, meta: unknown): string {
  return JSON.stringify({ json, meta })
}

function nested(levels: number): unknown {
  let value: unknown = 'core'
  for (let level = 0; level < levels; level++) value = [value]
  return value
}

function numbered(count: number, value: unknown): Record<string, unknown> {
  return Object.fromEntries(Array.from({ length: count }, (_, index) => [`key${index}`, value]))
}

function deepPaths(count: number): Record<string, unknown> {
  return Object.fromEntries(Array.from({ length: count }, (_, index) => [index + '.a'.repeat(14), ['Date']]))
}

function doubling(): Record<string, unknown> {
  return Object.fromEntries(Array.from({ length: 24 }, (_, level) => [`l${level}`, [null, null]]))
}

function doublingEqualities(): Record<string, string[]> {
  return Object.fromEntries(
    Array.from({ length: 23 }, (_, level) => [`l${level}`, [`l${level + 1}.0`, `l${level + 1}.1`]]),
  )
}
