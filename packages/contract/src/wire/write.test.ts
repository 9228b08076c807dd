import { SuperJSON } from 'superjson'
import { describe, expect, test } from 'vitest'
import { WireError } from './wire-error.ts'
import { writeWire } from './write.ts'

const superjson = new SuperJSON()

describe('writing', () => {
  test('leaves plain JSON without meta', () => {
    expect(writeWire({ title: 'Write', tags: ['a'], done: false, due: null })).toEqual({
      json: { title: 'Write', tags: ['a'], done: false, due: null },
    })
  })

  test('annotates dates and undefined', () => {
    const at = new Date('2026-11-21T09:00:00.000Z')
    expect(writeWire({ items: [{ at, gone: undefined }] })).toEqual({
      json: { items: [{ at: '2026-11-21T09:00:00.000Z', gone: null }] },
      meta: { values: { 'items.0.at': ['Date'], 'items.0.gone': ['undefined'] }, v: 1 },
    })
  })

  test.each([
    ['dates alone', { at: new Date(0) }],
    ['beside a number that JSON cannot say', { at: new Date(0), zero: -0 }],
  ])('writes a shared object out wherever it occurs (%s)', (_, shared) => {
    const written = writeWire({ first: shared, second: [shared, shared] })
    expect(written.meta).not.toHaveProperty('referentialEqualities')
    expect(superjson.deserialize(JSON.parse(JSON.stringify(written)))).toEqual({
      first: shared,
      second: [shared, shared],
    })
  })

  test('never changes the value that it writes', () => {
    const value = Object.freeze({ at: Object.freeze(new Date(0)), tags: Object.freeze([undefined, -0]) })
    expect(() => writeWire(value)).not.toThrow()
  })

  test.each<[string, unknown]>([
    ['a cycle', selfContaining({})],
    ['a cycle beside -0', selfContaining({ zero: -0 })],
    ['a bigint', { big: 1n }],
    ['a Map', { map: new Map() }],
    ['a Set', new Set()],
    ['an invalid date', { dueAt: new Date(Number.NaN) }],
    ['an invalid date beside -0', { zero: -0, dueAt: new Date(Number.NaN) }],
    ['a class instance', { event: new Error('not for the wire') }],
    ['a function', { onDone: () => undefined }],
    ['a symbol', [Symbol('s')]],
    ['a constructor key', { constructor: 1 }],
    ['33 levels', nested(33)],
    ['100 000 levels', nested(100_000)],
    ['33 levels beside -0', [-0, nested(32)]],
  ])('refuses %s', (_, value) => {
    expect(() => writeWire(value)).toThrow(WireError)
  })

  test('says where the fault is', () => {
    expect(() => writeWire({ tasks: [{ dueAt: new Date(Number.NaN) }] })).toThrow(
      'Cannot send "tasks.0.dueAt": not a valid date',
    )
    expect(() => writeWire({ tasks: selfContaining({}) })).toThrow('Cannot send "tasks.self": it contains itself')
  })

  test('takes 32 levels', () => {
    expect(writeWire(nested(32)).meta).toBeUndefined()
  })
})

function selfContaining(value: Record<string, unknown>): unknown {
  value['self'] = value
  return value
}

function nested(levels: number): unknown {
  let value: unknown = 'core'
  for (let level = 0; level < levels; level++) value = [value]
  return value
}
