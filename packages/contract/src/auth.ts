import { z } from 'zod'
import { fault, requiredOr } from './faults.ts'
import { flag, inputObject, type Named, outputInstant, outputObject } from './fields.ts'
import { isStorable, utf8Length } from './text.ts'
import { userSchema } from './user.ts'

/** The most that bcrypt reads of a password, in UTF-8 bytes: it would silently ignore the rest. */
export const MAX_PASSWORD_BYTES = 72

const MAX_EMAIL_LENGTH = 254
const MAX_LOGIN_PASSWORD_LENGTH = 1_024

/**
 * ASCII only, so that after normalisation no two addresses look alike: a dot-atom of at most 64 characters (RFC 5321),
 * a domain of two labels or more, IDNA as punycode.
 */
const EMAIL =
  /^(?=.{1,64}@)[a-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[a-z0-9!#$%&'*+/=?^_`{|}~-]+)*@(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z](?:[a-z0-9-]{0,61}[a-z0-9])$/

/** The one form of an email address: NFKC, trimmed, lower case. `ＡＤＡ＠example.org` and `ada@example.org` are one. */
export function normalizeEmail(email: string): string {
  return email.normalize('NFKC').trim().toLowerCase()
}

/** The one form of a password: however a keyboard composed it, and as wide or narrow as its letters came out. */
export function normalizePassword(password: string): string {
  return password.normalize('NFKC')
}

/** An email address, in its one form. */
export const emailSchema = z
  .string({ error: requiredOr('Email', fault('NOT_TEXT', { label: 'Email' })) })
  .overwrite(normalizeEmail)
  .max(MAX_EMAIL_LENGTH, { error: fault('TOO_LONG', { label: 'Email', max: MAX_EMAIL_LENGTH }), abort: true })
  .refine((value) => EMAIL.test(value), { error: fault('NOT_AN_EMAIL', { label: 'Email' }) })
  .meta({
    format: 'email',
    description: `Normalised before it is checked (NFKC, trimmed, lower case); ASCII, at most ${MAX_EMAIL_LENGTH} characters.`,
  })

function password(label: string) {
  return z.string({ error: requiredOr(label, fault('NOT_TEXT', { label })) }).meta({ format: 'password' })
}

function newPassword(label: string) {
  const tooLong = fault('TOO_MANY_BYTES', { label, max: MAX_PASSWORD_BYTES })
  return password(label)
    .min(1, { error: fault('REQUIRED', { label }) })
    .max(MAX_LOGIN_PASSWORD_LENGTH, { error: tooLong, abort: true })
    .refine((value) => utf8Length(normalizePassword(value)) <= MAX_PASSWORD_BYTES, { error: tooLong })
    .refine(isStorable, { error: fault('UNUSABLE_CHARACTERS', { label }) })
    .describe(
      `At most ${MAX_PASSWORD_BYTES} UTF-8 bytes after NFKC, never trimmed. The server sets the minimum length, and refuses what is easy to guess.`,
    )
}

/** A password that an account has: nothing but a bound on its length tells whether it can be right. */
export function presentPassword(label: string) {
  return password(label)
    .max(MAX_LOGIN_PASSWORD_LENGTH, { error: fault('TOO_LONG', { label, max: MAX_LOGIN_PASSWORD_LENGTH }) })
    .describe(
      `At most ${MAX_LOGIN_PASSWORD_LENGTH} characters; whatever is wrong with it, the answer is \`INVALID_CREDENTIALS\`.`,
    )
}

/** The input of `auth.register` with its fields, for forms. */
export const registerForm = inputObject('RegisterInput', {
  email: emailSchema,
  password: newPassword('Password'),
})

/** Input of `auth.register`. */
export interface RegisterInput extends z.input<typeof registerForm> {}

/** The same schema, with `RegisterInput` as the name of its type. @alias */
export const registerInputSchema: Named<RegisterInput> = registerForm

/** The input of `auth.login` with its fields, for forms. */
export const loginForm = inputObject('LoginInput', {
  email: emailSchema,
  password: presentPassword('Password'),
})

/** Input of `auth.login`. */
export interface LoginInput extends z.input<typeof loginForm> {}

/** The same schema, with `LoginInput` as the name of its type. @alias */
export const loginInputSchema: Named<LoginInput> = loginForm

/** The input of `auth.changePassword` with its fields, for forms. */
export const changePasswordForm = inputObject('ChangePasswordInput', {
  currentPassword: presentPassword('Current password'),
  newPassword: newPassword('New password'),
  keepApiTokens: flag('Keep API tokens')
    .optional()
    .describe('True: the API tokens go on working. Without it they are revoked, as the other sessions are.'),
})

/** Input of `auth.changePassword`. */
export interface ChangePasswordInput extends z.input<typeof changePasswordForm> {}

/** The same schema, with `ChangePasswordInput` as the name of its type. @alias */
export const changePasswordInputSchema: Named<ChangePasswordInput> = changePasswordForm

const deleteAccount = inputObject('DeleteAccountInput', {
  password: presentPassword('Password')
    .optional()
    .describe('`INVALID_CREDENTIALS` when it is wrong. Only an account that signs in elsewhere has none to send.'),
})

/** Input of `auth.deleteAccount`. */
export interface DeleteAccountInput extends z.input<typeof deleteAccount> {}

export const deleteAccountInputSchema: Named<DeleteAccountInput> = deleteAccount

const authResult = outputObject('AuthResult', {
  user: userSchema.describe('Who is signed in.'),
  accessToken: z.string().describe('To send as `Authorization: Bearer …`.'),
  accessTokenExpiresAt: outputInstant().describe("When the access token stops working, by the server's clock."),
  refreshToken: z
    .string()
    .optional()
    .describe(
      'To send as `taskwire-refresh-token`, and to keep as safe as a password: only for a client that asked for it by `taskwire-session: body`, on a server that allows it. Without it the token is in the cookie.',
    ),
})

/** The answer to a successful registration, login or refresh; the session's cookie comes with it, or the refresh token is in it. */
export interface AuthResult extends z.infer<typeof authResult> {}

export const authResultSchema: Named<AuthResult> = authResult

const restore = inputObject('RestoreInput', {
  renew: flag('Renew')
    .optional()
    .describe(
      'False: the refresh token stays as it is, for a server that renders a page and cannot give the browser another. The access token then lasts two minutes at most.',
    ),
})

/** Input of `auth.restore`. */
export interface RestoreInput extends z.input<typeof restore> {}

export const restoreInputSchema: Named<RestoreInput, RestoreInput | undefined> = restore.prefault({})

/** The output of `auth.restore`. */
export const restoredSessionSchema: Named<AuthResult | null> = authResult
  .nullable()
  .describe('Who is signed in; null where the request came without a refresh token.')
