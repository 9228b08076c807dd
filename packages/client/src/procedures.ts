import type { AppRouter } from '@taskwire/router'
import type { CallOptions } from './call-options.ts'

type Routers = AppRouter['_def']['record']

/** What tRPC's types say of a procedure. */
interface Procedure<Input, Output> {
  _def: { $types: { input: Input; output: Output } }
}

/** What a procedure takes; `undefined` where a caller may leave it out, for which tRPC says `void` as well. */
export type InputOf<P> =
  P extends Procedure<infer Input, unknown>
    ? undefined extends Input
      ? Exclude<Input, void> | undefined
      : Input
    : never

/** What a procedure answers. */
export type OutputOf<P> = P extends Procedure<unknown, infer Output> ? Output : never

/** Calls a procedure. It rejects with a `TaskwireError`, or with the signal's reason once that has aborted. */
type Call<Input, Output> = undefined extends Input
  ? (input?: Input, options?: CallOptions) => Promise<Output>
  : (input: Input, options?: CallOptions) => Promise<Output>

/** A procedure that changes nothing. */
interface Query<Input, Output> {
  /** Asks the server. It rejects with a `TaskwireError`, or with the signal's reason once that has aborted. */
  readonly query: Call<Input, Output>
}

/** A procedure that changes something. */
interface Mutation<Input, Output> {
  /** Asks the server for the change. It rejects with a `TaskwireError`, or with the signal's reason once that has aborted. */
  readonly mutate: Call<Input, Output>
}

type ProcedureOf<P> = P extends { _def: { type: 'query' } }
  ? Query<InputOf<P>, OutputOf<P>>
  : Mutation<InputOf<P>, OutputOf<P>>

/** All but streams, which `$changes` reads: no link of the client carries them. */
export type CallableName<Group> = {
  [Name in keyof Group]: Group[Name] extends { _def: { type: 'subscription' } } ? never : Name
}[keyof Group]

/** Keeps what the router says of each procedure, which a mapping with `as` would lose. */
type ProceduresOf<Group, Name extends keyof Group = CallableName<Group>> = {
  readonly [Each in Name]: ProcedureOf<Group[Each]>
}

// An editor shows the name of an interface, where it would write out the whole of a mapped type.
interface AuthProcedures extends ProceduresOf<Routers['auth']> {}
interface AccountProcedures extends ProceduresOf<Routers['account']> {}
interface SessionProcedures extends ProceduresOf<Routers['session']> {}
interface ApiTokenProcedures extends ProceduresOf<Routers['apiToken']> {}
interface TaskProcedures extends ProceduresOf<Routers['task']> {}
interface TagProcedures extends ProceduresOf<Routers['tag']> {}
interface ChangeProcedures extends ProceduresOf<Routers['change']> {}

/** Every procedure of the server by its name, to call with `.query()` or `.mutate()`. */
export interface TaskwireProcedures {
  /** Accounts. To sign in and out `$session` is the easier way. */
  readonly auth: AuthProcedures
  /** All that is the user's own. */
  readonly account: AccountProcedures
  /** Where the user is signed in. */
  readonly session: SessionProcedures
  /** Tokens for tools. */
  readonly apiToken: ApiTokenProcedures
  /** Things to do. */
  readonly task: TaskProcedures
  /** What tasks are sorted by. */
  readonly tag: TagProcedures
  /** What has changed since a version. `$changes` tells it as it happens. */
  readonly change: ChangeProcedures
}
