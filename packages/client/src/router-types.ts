import type { AppRouter } from '@taskwire/router'
import type { TRPCBuiltRouter } from '@trpc/server'
import type { CallableName, InputOf, OutputOf } from './procedures.ts'

type Routers = AppRouter['_def']['record']

/** What each procedure takes: `RouterInputs['task']['create']`. */
export type RouterInputs = {
  [Group in keyof Routers]: { [Name in CallableName<Routers[Group]>]: InputOf<Routers[Group][Name]> }
}

/** What each procedure answers: `RouterOutputs['task']['list']`. */
export type RouterOutputs = {
  [Group in keyof Routers]: { [Name in CallableName<Routers[Group]>]: OutputOf<Routers[Group][Name]> }
}

/** `'task.list'`, `'auth.login'` and so on: every procedure that can be called. */
export type ProcedurePath = {
  [Group in keyof RouterInputs]: `${Group}.${keyof RouterInputs[Group] & string}`
}[keyof RouterInputs]

/** Looks up `group.name` in a record of groups: `AtPath<RouterInputs, 'task.create'>`. */
export type AtPath<Groups, Path> = Path extends `${infer Group extends keyof Groups & string}.${infer Name}`
  ? Name extends keyof Groups[Group]
    ? Groups[Group][Name]
    : never
  : never

/** The API without its streams: for what would offer a stream where no link carries one. */
export type ClientRouter = TRPCBuiltRouter<
  AppRouter['_def']['_config']['$types'],
  { [Group in keyof Routers]: Pick<Routers[Group], CallableName<Routers[Group]>> }
>
