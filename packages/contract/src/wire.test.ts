import fc from 'fast-check'
import { SuperJSON } from 'superjson'
import { describe, expect, test } from 'vitest'
import { FORBIDDEN_KEYS } from './wire/format.ts'
import { wire } from './wire.ts'

const RUNS = 3_000
const superjson = new SuperJSON()

const finiteNumber = fc.double({ noNaN: true, noDefaultInfinity: true }).map((number) => number + 0)
const anyNumber = fc.oneof(fc.double(), fc.constantFrom(-0, Number.NaN, Number.POSITIVE_INFINITY))

function everythingThatCrosses(number: fc.Arbitrary<number>): fc.Arbitrary<unknown> {
  const key = fc
    .oneof(fc.string(), fc.constantFrom('', '.', '\\', 'a.b', 'a\\b', '\\.', '0'))
    .filter((name) => !FORBIDDEN_KEYS.has(name))
  const { value } = fc.letrec<{ value: unknown }>((tie) => ({
    value: fc.oneof(
      { maxDepth: 5, depthSize: 'small' },
      fc.oneof(
        number,
        fc.integer(),
        fc.string({ unit: 'binary' }),
        fc.boolean(),
        fc.constantFrom(null, undefined),
        fc.date({ noInvalidDate: true }),
      ),
      fc.array(tie('value'), { maxLength: 4 }),
      fc.dictionary(key, tie('value'), { maxKeys: 4, noNullPrototype: true }),
    ),
  }))
  return value
}

function overTheWire(value: unknown) {
  return JSON.parse(JSON.stringify(value))
}

/** fast-check reuses objects, for which superjson adds `referentialEqualities` to a json that has them in full already. */
function writtenBySuperjson(value: unknown) {
  const { json, meta } = superjson.serialize(value)
  return overTheWire(meta?.values ? { json, meta: { values: meta.values, v: meta.v } } : { json })
}

describe('whatever crosses the wire', () => {
  test('arrives at a server as a client sent it', () => {
    fc.assert(
      fc.property(everythingThatCrosses(finiteNumber), (value) => {
        expect(wire.input.deserialize(overTheWire(wire.input.serialize(value)))).toStrictEqual(value)
      }),
      { numRuns: RUNS },
    )
  })

  test('arrives at a client as a server sent it, with the numbers that JSON cannot say', () => {
    fc.assert(
      fc.property(everythingThatCrosses(anyNumber), (value) => {
        expect(wire.output.deserialize(overTheWire(wire.output.serialize(value)))).toStrictEqual(value)
      }),
      { numRuns: RUNS },
    )
  })

  test('is written as superjson writes it', () => {
    fc.assert(
      fc.property(everythingThatCrosses(anyNumber), (value) => {
        expect(overTheWire(wire.output.serialize(value))).toEqual(writtenBySuperjson(value))
      }),
      { numRuns: RUNS },
    )
  })

  test('is understood by stock superjson', () => {
    fc.assert(
      fc.property(everythingThatCrosses(anyNumber), (value) => {
        expect(superjson.deserialize(overTheWire(wire.output.serialize(value)))).toStrictEqual(value)
      }),
      { numRuns: RUNS },
    )
  })

  test('is understood from stock superjson', () => {
    fc.assert(
      fc.property(everythingThatCrosses(finiteNumber), (value) => {
        expect(wire.input.deserialize(writtenBySuperjson(value))).toStrictEqual(value)
      }),
      { numRuns: RUNS },
    )
  })
})
