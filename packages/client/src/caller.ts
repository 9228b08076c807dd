/** Where a call was made: gives the frames of the application, a line each; undefined where they are not known. */
export type Caller = () => string | undefined

type Called = (...given: never[]) => unknown

/** As V8 writes it: a heading, and a line for each frame. */
interface Trace {
  readonly stack?: string
}

/** What V8 adds. */
interface V8Error {
  stackTraceLimit: number
  captureStackTrace?(trace: Trace, below: Called): void
}

const engine = Error as ErrorConstructor & V8Error

/** Frames of tRPC's proxy, which lie between a procedure and its caller. */
export const FRAMES_OF_TRPC = 2

/**
 * Remembers who calls this function; costs little until it is asked. Only V8 (Chromium, Node.js) can.
 *
 * @param between how many frames lie between the function and its caller
 */
export function callerOf(called: Called, between = 0): Caller {
  const trace: Trace = {}
  const { stackTraceLimit } = engine
  // By Reflect: where `Error` is frozen, against tampering, an assignment would throw.
  Reflect.set(engine, 'stackTraceLimit', stackTraceLimit + between)
  engine.captureStackTrace?.(trace, called)
  Reflect.set(engine, 'stackTraceLimit', stackTraceLimit)
  return () => {
    const lines = typeof trace.stack === 'string' ? trace.stack.split('\n') : []
    // Other engines write no heading, and their own form of a frame.
    return lines[1]?.startsWith('    at ') ? lines.slice(1 + between).join('\n') : undefined
  }
}
