import { z } from 'zod'
import { apiTokenSchema } from './api-token.ts'
import { cursor, inputObject, type Named, outputCount, outputObject } from './fields.ts'
import { schemaNames } from './names.ts'
import { sessionSchema } from './session.ts'
import { tagSchema } from './tag.ts'
import { taskSchema } from './task.ts'
import { userSchema } from './user.ts'

const externalIdentity = outputObject('ExternalIdentity', {
  issuer: z.string().describe('The other sign-in service: the `iss` of its tokens.'),
  subject: z.string().describe("The user's name there: the `sub` of its tokens."),
})

/** As whom the user signs in by another service. */
export interface ExternalIdentity extends z.infer<typeof externalIdentity> {}

const exported = <const Type extends string>(type: Type) => z.literal(type).describe('What follows.')

const exportedUser = outputObject('ExportedUser', {
  type: exported('user'),
  user: userSchema.describe('The account, without its password.'),
})

/** The account itself: the first record. */
export interface ExportedUser extends z.infer<typeof exportedUser> {}

const exportedExternalIdentity = outputObject('ExportedExternalIdentity', {
  type: exported('externalIdentity'),
  externalIdentity: externalIdentity.describe('Another way to sign in.'),
})

/** As whom the user signs in by another service. */
export interface ExportedExternalIdentity extends z.infer<typeof exportedExternalIdentity> {}

const exportedSession = outputObject('ExportedSession', {
  type: exported('session'),
  session: sessionSchema.describe('Where the user is signed in.'),
})

/** A place where the user is signed in. */
export interface ExportedSession extends z.infer<typeof exportedSession> {}

const exportedApiToken = outputObject('ExportedApiToken', {
  type: exported('apiToken'),
  apiToken: apiTokenSchema.describe('A key of an internal tool, without what it is.'),
})

/** A key of an internal tool, without what it is. */
export interface ExportedApiToken extends z.infer<typeof exportedApiToken> {}

const exportedTag = outputObject('ExportedTag', {
  type: exported('tag'),
  tag: tagSchema.describe('Live, or deleted within the last 30 days.'),
})

/** A tag, live or deleted. */
export interface ExportedTag extends z.infer<typeof exportedTag> {}

const exportedTask = outputObject('ExportedTask', {
  type: exported('task'),
  task: taskSchema.describe('Live, or in the trash.'),
})

/** A task, live or in the trash. */
export interface ExportedTask extends z.infer<typeof exportedTask> {}

/** One thing that is the user's own. */
export type AccountRecord =
  | ExportedUser
  | ExportedExternalIdentity
  | ExportedSession
  | ExportedApiToken
  | ExportedTag
  | ExportedTask

const accountRecordSchema: Named<AccountRecord> = z
  .union([exportedUser, exportedExternalIdentity, exportedSession, exportedApiToken, exportedTag, exportedTask])
  .register(schemaNames, { id: 'AccountRecord' })

const accountExport = inputObject('AccountExportInput', {
  cursor: cursor().optional().describe('The `nextCursor` of the page before; null or absent for the first page.'),
})

/** Input of `account.export`. */
export interface AccountExportInput extends z.input<typeof accountExport> {}

export const accountExportInputSchema: Named<AccountExportInput, AccountExportInput | undefined> =
  accountExport.prefault({})

const accountExportResult = outputObject('AccountExportResult', {
  records: z
    .array(accountRecordSchema)
    .describe(
      'The account, then for a person who has signed in here external identities, sessions and API tokens; then tags and tasks, each by id.',
    ),
  nextCursor: z.string().nullable().describe('To send as `cursor` for the next page; null on the last.'),
  version: outputCount().describe(
    "The user's version before this page was read: what has changed since that of the first page is told by `change.list`.",
  ),
})

/** A page of all that is the user's own. */
export interface AccountExportResult extends z.infer<typeof accountExportResult> {}

/** The output of `account.export`. */
export const accountExportResultSchema: Named<AccountExportResult> = accountExportResult
