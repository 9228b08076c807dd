import type { ErrorData, ErrorReason, Tag, Task } from '@taskwire/contract'
import type { ErrorShape } from '@taskwire/router'
import { TRPCClientError } from '@trpc/client'
import type { ProcedurePath } from './router-types.ts'

/**
 * Why no answer of the server came back. `NETWORK`: it could not be reached. `TIMED_OUT`: it took longer than the client's
 * `timeout`. `BAD_ANSWER`: somebody else answered, such as a proxy or a server that is not Taskwire.
 */
export type LostReason = 'NETWORK' | 'TIMED_OUT' | 'BAD_ANSWER'

/** Why a call failed: what the server says, or why no answer of it came back. */
export type FailureReason = ErrorReason | LostReason

type Conflict = Extract<ErrorData, { reason: 'VERSION_CONFLICT' }>

type ConflictAt<Path> = Path extends `task.${string}` ? Task : Path extends `tag.${string}` ? Tag : never

/** What can fail: a call, or the stream behind `$changes`. */
export type FailurePath = ProcedurePath | 'change.stream'

/** Nothing but the reason. The other fields let a program look before it has asked for the reason. */
type LostData = { reason: LostReason } & { [Field in Exclude<keyof ErrorData, 'reason'>]?: undefined }

/** `error.data`: a union that `switch (error.data.reason)` narrows to what each reason carries. */
export type FailureData<Path extends FailurePath = FailurePath> =
  | Exclude<ErrorData, Conflict>
  | (Omit<Conflict, 'current'> & { current: ConflictAt<Path> })
  | LostData

/** The types that tRPC's own class asks for. */
interface FailureTypes<Path extends FailurePath> {
  transformer: true
  errorShape: Omit<ErrorShape, 'data'> & { data: FailureData<Path> }
}

/** What a failed call is made of. */
export interface Failure<Path extends FailurePath = FailurePath> {
  path: Path
  /** For people, without the name of the procedure. */
  message: string
  data: FailureData<Path>
  /** What the server has answered. */
  shape?: TaskwireError['shape']
  cause?: unknown
  /** The frames of a stack that begins at the caller. */
  frames?: string | undefined
}

/** A call that failed, whether the server refused it or no answer came back. */
export class TaskwireError<Path extends FailurePath = FailurePath> extends TRPCClientError<FailureTypes<Path>> {
  /** The procedure that was called: `task.get`. */
  readonly path: Path
  /** Why it failed. A server newer than this package may give a reason that `FailureReason` does not know. */
  readonly reason: FailureReason
  /** The message without the name of the procedure, to show to people: `Not found`. */
  declare readonly explanation: string
  /** The reason with what it carries: `switch (error.data.reason)` narrows it. */
  declare readonly data: FailureData<Path>

  constructor({ path, message, data, shape, cause, frames }: Failure<Path>) {
    super(headOf(path) + message)
    Object.setPrototypeOf(this, TaskwireError.prototype)
    this.path = path
    this.reason = data.reason
    Object.defineProperties(this, {
      data: { value: data, enumerable: true },
      // What a console or a log prints is the rest.
      ...hidden({ name: 'TaskwireError', explanation: message, shape, cause, meta: undefined }),
      ...(frames === undefined ? {} : hidden({ stack: `TaskwireError: ${this.message}\n${frames}` })),
    })
    // An empty one would be printed.
    if (cause === undefined) Reflect.deleteProperty(this, 'cause')
  }
}

/** The failure of a call that failed by this one, such as by the refresh that it waited for. */
export function errorAt(error: TaskwireError, { path, frames }: Pick<Failure, 'path' | 'frames'>): TaskwireError {
  const { data, shape, explanation: message } = error
  const cause = error.path === path ? error.cause : error
  return new TaskwireError({ path, message, data, shape, cause, frames })
}

/** An error that a test makes for a mock client belongs to no procedure until it is thrown. */
function headOf(path: string): string {
  return path === '' ? '' : `${path}: `
}

function hidden(values: Record<string, unknown>): PropertyDescriptorMap {
  return Object.fromEntries(
    Object.entries(values).map(([name, value]) => [
      name,
      { value, enumerable: false, configurable: true, writable: true },
    ]),
  )
}

type ProcedureGroup = ProcedurePath extends infer Path
  ? Path extends `${infer Group}.${string}`
    ? Group
    : never
  : never

type PathsOf<Name> = Name extends ProcedurePath ? Name : Extract<ProcedurePath, `${Name & string}.${string}`>

/**
 * Whether this is a call that failed. With the name of a procedure, or of a group of them, whether it is one of these:
 * the row of a `VERSION_CONFLICT` is then a task or a tag.
 *
 * @example
 * if (isTaskwireError(error, 'task') && error.data.reason === 'VERSION_CONFLICT') merge(error.data.current)
 */
export function isTaskwireError(error: unknown): error is TaskwireError
export function isTaskwireError<Name extends ProcedurePath | ProcedureGroup>(
  error: unknown,
  name: Name,
): error is TaskwireError<PathsOf<Name>>
export function isTaskwireError(error: unknown, name?: string): boolean {
  // By its name: an application may hold this module twice, in two bundles or two versions.
  if (!(error instanceof Error && error.name === 'TaskwireError' && 'path' in error)) return false
  return name === undefined || error.path === name || String(error.path).startsWith(`${name}.`)
}

/** Milliseconds that the server asks to wait; 0 where it asks for none. */
export function waitAskedBy(error: unknown): number {
  return isTaskwireError(error) ? (error.data.retryAfter ?? 0) * 1_000 : 0
}

/** The server itself has answered 401, whatever the reason: the caller is not signed in. */
export function isUnauthenticated(error: unknown): error is TaskwireError {
  return isTaskwireError(error) && error.data.httpStatus === 401
}

/** The server has refused the token, so that another token may help. For a wrong password it does not. */
export function isRefusalOfToken(error: unknown): boolean {
  return isUnauthenticated(error) && error.reason !== 'INVALID_CREDENTIALS'
}
