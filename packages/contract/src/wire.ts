import { inputDecoders, outputDecoders } from './wire/decoders.ts'
import { MAX_DEPTH, type WireValue } from './wire/format.ts'
import { readWire } from './wire/read.ts'
import { writeWire } from './wire/write.ts'

/** One direction of the wire. */
export interface WireCodec {
  /** @throws WireError for a value that cannot be sent. */
  serialize(value: unknown): WireValue
  /** @throws WireError for a payload that is malformed or too large to be taken. */
  deserialize(payload: unknown): unknown
}

/** A tRPC transformer: what each side uses to write and to read. */
export interface Wire {
  /** From client to server. */
  input: WireCodec
  /** From server to client. */
  output: WireCodec
}

/**
 * Nobody needs more to describe a call. The largest answer is 500 changes of tasks with 50 tags each, some 110 000
 * values, and a client trusts its server: there the bound only stops an accident.
 */
const MAX_INPUT_NODES = 10_000
const MAX_OUTPUT_NODES = 1_000_000

/**
 * The transformer of both sides, in superjson's format: `Date` and `undefined` arrive as they were sent. A stock superjson
 * client or server understands it, and is understood as far as it sends nothing else.
 */
export const wire: Wire = {
  input: {
    serialize: writeWire,
    deserialize: (payload) => readWire(payload, { depth: MAX_DEPTH, nodes: MAX_INPUT_NODES, decoders: inputDecoders }),
  },
  output: {
    serialize: writeWire,
    deserialize: (payload) =>
      readWire(payload, { depth: MAX_DEPTH, nodes: MAX_OUTPUT_NODES, decoders: outputDecoders }),
  },
}
