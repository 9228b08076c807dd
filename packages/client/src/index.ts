export type { Change, ErrorReason, Tag, Task, User } from '@taskwire/contract'
/** The API as a type, for what takes one: tRPC's own helpers and tools. */
export type { AppRouter } from '@taskwire/router'
export { safe } from '@trpc/client'
export type { TaskwireChanges } from './changes/changes.ts'
export type { ChangeSubscription } from './changes/reader.ts'
export {
  createTaskwireClient,
  type TaskwireClient,
  type TaskwireClientOptions,
  type TaskwireTokenClient,
  type TaskwireTokenClientOptions,
} from './client.ts'
export { isTaskwireError, type TaskwireError } from './error.ts'
export { newId } from './new-id.ts'
export type { RouterInputs, RouterOutputs } from './router-types.ts'
export type { TaskwireSession } from './session/session.ts'
export type { SessionState } from './session/store.ts'
