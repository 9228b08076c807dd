import { z } from 'zod'
import { presentPassword } from './auth.ts'
import { id, inputObject, instant, outputId, outputInstant } from './fields.ts'
import { text } from './text.ts'

/** A key with which an internal tool calls as the user; what it is can be read once, when it is made. */
export interface ApiToken {
  /** UUID. */
  id: string
  /** What the user calls it. */
  name: string
  /** When it was made. */
  createdAt: Date
  /** When it was last used, to the minute; null before the first time. */
  lastUsedAt: Date | null
  /** When it stops working; null for never. */
  expiresAt: Date | null
}

/** What a new token is to be. */
export interface NewApiToken {
  /** One line of 1 to 100 code points after trimming: which tool it is for. */
  name: string
  /** In the future; null or absent for a token without end. */
  expiresAt?: Date | null
}

/** Input of `apiToken.create`. */
export interface ApiTokenCreateInput extends NewApiToken {
  /** `INVALID_CREDENTIALS` when it is wrong. Only a caller without HTTP, in an internal tool, has none to send. */
  password?: string
}

/** The answer of `apiToken.create`. */
export interface ApiTokenCreated {
  /** The token itself, `twk_…`: shown here and never again. To send as `Authorization: Bearer …`. */
  token: string
  /** What stays to be seen of it. */
  apiToken: ApiToken
}

/** Input of `apiToken.revoke`. */
export interface ApiTokenIdInput {
  /** The token to revoke; `NOT_FOUND` when the user has none with this id that works. */
  id: string
}

const apiTokenSchema: z.ZodType<ApiToken, ApiToken> = z.object({
  id: outputId().describe('UUID.'),
  name: z.string().describe('What the user calls it.'),
  createdAt: outputInstant().describe('When it was made.'),
  lastUsedAt: outputInstant().nullable().describe('When it was last used, to the minute; null before the first time.'),
  expiresAt: outputInstant().nullable().describe('When it stops working; null for never.'),
})

/** The output of `apiToken.list`. */
export const apiTokenListSchema: z.ZodType<ApiToken[], ApiToken[]> = z.array(apiTokenSchema)

const newApiTokenFields = {
  name: text({ label: 'Name', min: 1, max: 100 }).describe(
    'One line of 1 to 100 code points after trimming: what it is for.',
  ),
  expiresAt: instant('Expiry').nullable().optional().describe('In the future; null or absent for a token without end.'),
}

/** The schema of {@link NewApiToken}: what an operator gives, who is asked for no password. */
export const newApiTokenSchema: z.ZodType<NewApiToken, NewApiToken> = inputObject(newApiTokenFields)

/** The schema of {@link ApiTokenCreateInput}. */
export const apiTokenCreateInputSchema: z.ZodType<ApiTokenCreateInput, ApiTokenCreateInput> = inputObject({
  ...newApiTokenFields,
  password: presentPassword('Password').optional(),
})

/** The schema of {@link ApiTokenCreated}. */
export const apiTokenCreatedSchema: z.ZodType<ApiTokenCreated, ApiTokenCreated> = z.object({
  token: z.string().describe('The token itself: shown here and never again. To send as `Authorization: Bearer …`.'),
  apiToken: apiTokenSchema,
})

/** The schema of {@link ApiTokenIdInput}. */
export const apiTokenIdInputSchema: z.ZodType<ApiTokenIdInput, ApiTokenIdInput> = inputObject({
  id: id().describe('The token to revoke.'),
})
