export {
  type AccountExportInput,
  type AccountExportResult,
  type AccountRecord,
  accountExportInputSchema,
  accountExportResultSchema,
  type ExportedApiToken,
  type ExportedExternalIdentity,
  type ExportedSession,
  type ExportedTag,
  type ExportedTask,
  type ExportedUser,
  type ExternalIdentity,
} from './account.ts'
export {
  type ApiToken,
  type ApiTokenCreated,
  type ApiTokenCreateInput,
  type ApiTokenIdInput,
  apiTokenCreatedSchema,
  apiTokenCreateForm,
  apiTokenCreateInputSchema,
  apiTokenIdInputSchema,
  apiTokenListSchema,
  type NewApiToken,
  newApiTokenSchema,
} from './api-token.ts'
export {
  type AuthResult,
  authResultSchema,
  type ChangePasswordInput,
  changePasswordForm,
  changePasswordInputSchema,
  type DeleteAccountInput,
  deleteAccountInputSchema,
  emailSchema,
  type LoginInput,
  loginForm,
  loginInputSchema,
  MAX_PASSWORD_BYTES,
  normalizeEmail,
  normalizePassword,
  type RegisterInput,
  type RestoreInput,
  registerForm,
  registerInputSchema,
  restoredSessionSchema,
  restoreInputSchema,
} from './auth.ts'
export {
  type Change,
  type ChangeListInput,
  type ChangeListQuery,
  type ChangeListResult,
  type ChangeStreamInput,
  changeListInputSchema,
  changeListResultSchema,
  changeSchema,
  changeStreamInputSchema,
  type ResetChange,
  type TagChange,
  type TaskChange,
} from './change.ts'
export { type Deleted, deletedSchema } from './deleted.ts'
export {
  type ErrorCode,
  type ErrorData,
  type ErrorDetails,
  type ErrorDetailsByReason,
  type ErrorReason,
  errorReasons,
  errorTable,
  type RetryDetails,
} from './errors.ts'
export { type ValidationIssueCode, type ValidationIssueParams, validationIssueCodes } from './faults.ts'
export { readId } from './fields.ts'
export { toValidationIssues, type ValidationIssue, validationIssue } from './issues.ts'
export {
  DEFAULT_QUOTAS,
  HEARTBEAT,
  MAX_BATCH_SIZE,
  MAX_TAGS_PER_TASK,
  MAX_VERSION,
  SILENCE,
  TOKEN_ISSUER,
} from './limits.ts'
export { schemaNames } from './names.ts'
export { nothingSchema } from './nothing.ts'
export {
  type RevokedSessions,
  revokedSessionsSchema,
  type Session,
  type SessionIdInput,
  sessionIdInputSchema,
  sessionListSchema,
} from './session.ts'
export {
  normalizeTagName,
  type Tag,
  type TagCreateInput,
  type TagDeleteInput,
  type TagUpdateInput,
  type TagWithCount,
  type TaskTag,
  tagCreateForm,
  tagCreateInputSchema,
  tagDeleteInputSchema,
  tagListSchema,
  tagSchema,
  tagUpdateForm,
  tagUpdateInputSchema,
} from './tag.ts'
export {
  type Task,
  type TaskCreateInput,
  type TaskDeleteInput,
  type TaskIdInput,
  type TaskSetCompletedInput,
  type TaskUpdateInput,
  taskCreateForm,
  taskCreateInputSchema,
  taskDeleteInputSchema,
  taskIdInputSchema,
  taskSchema,
  taskSetCompletedInputSchema,
  taskUpdateForm,
  taskUpdateInputSchema,
} from './task.ts'
export {
  type ChangedTasks,
  changedTasksSchema,
  type TaskDeleteManyInput,
  type TaskUpdateManyInput,
  taskDeleteManyInputSchema,
  taskUpdateManyInputSchema,
} from './task-bulk.ts'
export {
  type SortOrder,
  type TaskListInput,
  type TaskListQuery,
  type TaskListResult,
  type TaskSort,
  taskListForm,
  taskListInputSchema,
  taskListResultSchema,
  taskSortNames,
} from './task-list.ts'
export { isStorable, utf8Length } from './text.ts'
export { type User, userSchema } from './user.ts'
export type { WireValue } from './wire/format.ts'
export { WireError } from './wire/wire-error.ts'
export { type Wire, type WireCodec, wire } from './wire.ts'
