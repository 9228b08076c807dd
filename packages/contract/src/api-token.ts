import { z } from 'zod'
import { presentPassword } from './auth.ts'
import { id, inputObject, instant, type Named, outputId, outputInstant, outputObject } from './fields.ts'
import { schemaNames } from './names.ts'
import { text } from './text.ts'

const apiToken = outputObject('ApiToken', {
  id: outputId().describe('UUID.'),
  name: z.string().describe('What the user calls it.'),
  createdAt: outputInstant().describe('When it was made.'),
  lastUsedAt: outputInstant().nullable().describe('When it was last used, to the minute; null before the first time.'),
  expiresAt: outputInstant().nullable().describe('When it stops working; null for never.'),
})

/** A key with which an internal tool calls as the user; what it is can be read once, when it is made. */
export interface ApiToken extends z.infer<typeof apiToken> {}

export const apiTokenSchema: Named<ApiToken> = apiToken

/** The output of `apiToken.list`. */
export const apiTokenListSchema: Named<ApiToken[]> = z
  .array(apiTokenSchema)
  .register(schemaNames, { id: 'ApiTokenList' })

const newApiToken = inputObject('NewApiToken', {
  name: text({ label: 'Name', min: 1, max: 100 }).describe(
    'One line of 1 to 100 code points after trimming: which tool it is for.',
  ),
  expiresAt: instant('Expiry').nullable().optional().describe('In the future; null or absent for a token without end.'),
})

/** What a new token is to be: what an operator gives, who is asked for no password. */
export interface NewApiToken extends z.input<typeof newApiToken> {}

export const newApiTokenSchema: Named<NewApiToken> = newApiToken

/** The input of `apiToken.create` with its fields, for forms. */
export const apiTokenCreateForm = newApiToken
  .extend({
    password: presentPassword('Password')
      .optional()
      .describe(
        '`INVALID_CREDENTIALS` when it is wrong. Only a caller without HTTP, in an internal tool, has none to send.',
      ),
  })
  .register(schemaNames, { id: 'ApiTokenCreateInput' })

/** Input of `apiToken.create`. */
export interface ApiTokenCreateInput extends z.input<typeof apiTokenCreateForm> {}

/** The same schema, with `ApiTokenCreateInput` as the name of its type. @alias */
export const apiTokenCreateInputSchema: Named<ApiTokenCreateInput> = apiTokenCreateForm

const apiTokenCreated = outputObject('ApiTokenCreated', {
  token: z
    .string()
    .describe('The token itself, `twk_…`: shown here and never again. To send as `Authorization: Bearer …`.'),
  apiToken: apiTokenSchema.describe('What stays to be seen of it.'),
})

/** The output of `apiToken.create`. */
export interface ApiTokenCreated extends z.infer<typeof apiTokenCreated> {}

export const apiTokenCreatedSchema: Named<ApiTokenCreated> = apiTokenCreated

const apiTokenId = inputObject('ApiTokenIdInput', {
  id: id().describe('The token to revoke; `NOT_FOUND` when the user has none with this id that works.'),
})

/** Input of `apiToken.revoke`. */
export interface ApiTokenIdInput extends z.input<typeof apiTokenId> {}

export const apiTokenIdInputSchema: Named<ApiTokenIdInput> = apiTokenId
