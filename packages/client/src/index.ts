export type {
  AccountExportInput,
  AccountExportResult,
  AccountRecord,
  ApiToken,
  ApiTokenCreated,
  ApiTokenCreateInput,
  AuthResult,
  Change,
  ChangedTasks,
  ChangeListInput,
  ChangeListResult,
  ChangePasswordInput,
  DeleteAccountInput,
  Deleted,
  ErrorCode,
  ErrorData,
  ErrorDetails,
  ErrorReason,
  ExportedApiToken,
  ExportedExternalIdentity,
  ExportedSession,
  ExportedTag,
  ExportedTask,
  ExportedUser,
  ExternalIdentity,
  LoginInput,
  RegisterInput,
  ResetChange,
  RevokedSessions,
  Session,
  SortOrder,
  Tag,
  TagChange,
  TagCreateInput,
  TagDeleteInput,
  TagUpdateInput,
  TagWithCount,
  Task,
  TaskChange,
  TaskCreateInput,
  TaskDeleteInput,
  TaskDeleteManyInput,
  TaskListInput,
  TaskListResult,
  TaskSetCompletedInput,
  TaskSort,
  TaskTag,
  TaskUpdateInput,
  TaskUpdateManyInput,
  User,
  ValidationIssue,
} from '@taskwire/contract'
/** The API as a type, for what takes one: tRPC's own helpers and tools. */
export type { AppRouter } from '@taskwire/router'
export type { CallOptions } from './call-options.ts'
export type { TaskwireChanges } from './changes/changes.ts'
export type { BatchPlace, ChangeSubscription, ChangesStatus, RowChange } from './changes/subscription.ts'
export {
  createTaskwireClient,
  type TaskwireClient,
  type TaskwireTokenClient,
} from './client.ts'
export { type FailureData, type FailurePath, type FailureReason, isTaskwireError, TaskwireError } from './error.ts'
export { newId } from './new-id.ts'
export type {
  CallAttempt,
  InitialSession,
  OutgoingCall,
  RefreshTokenStore,
  SerializedSession,
  TaskwireClientOptions,
  TaskwireTokenClientOptions,
} from './options.ts'
export type { ProcedurePath, RouterInputs, RouterOutputs } from './router-types.ts'
export { type SafeResult, safe } from './safe.ts'
export type { TaskwireSession } from './session/session.ts'
export type { SessionState, SignedOutReason } from './session/store.ts'
