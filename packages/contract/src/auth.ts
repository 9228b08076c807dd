import { z } from 'zod'
import { flag, inputObject, outputInstant } from './fields.ts'
import { isStorable, requiredOr, utf8Length } from './text.ts'
import { type User, userSchema } from './user.ts'

/** Input of `auth.register`. */
export interface RegisterInput {
  /** Normalised before it is checked (NFKC, trimmed, lower case); ASCII, at most 254 characters. */
  email: string
  /**
   * At most 72 UTF-8 bytes after NFKC, which is all that bcrypt reads; never trimmed. The server sets the minimum length,
   * and refuses what is easy to guess.
   */
  password: string
}

/** Input of `auth.login`. */
export interface LoginInput {
  /** Normalised like the one of registration. */
  email: string
  /** At most 1 024 characters; whatever is wrong with it, the answer is `INVALID_CREDENTIALS`. */
  password: string
}

/** Input of `auth.changePassword`. */
export interface ChangePasswordInput {
  /** `INVALID_CREDENTIALS` when it is wrong. */
  currentPassword: string
  /** Held to the same rules as at registration. */
  newPassword: string
  /** True: the API tokens go on working. Without it they are revoked, as the other sessions are. */
  keepApiTokens?: boolean
}

/** Input of `auth.deleteAccount`. */
export interface DeleteAccountInput {
  /** `INVALID_CREDENTIALS` when it is wrong. Only an account that signs in elsewhere has none to send. */
  password?: string
}

/** The answer to a successful registration, login or refresh; the session's cookie comes with it. */
export interface AuthResult {
  /** Who is signed in. */
  user: User
  /** To send as `Authorization: Bearer …`. */
  accessToken: string
  /** When the access token stops working, by the server's clock. */
  accessTokenExpiresAt: Date
}

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
export const emailSchema: z.ZodType<string, string> = z
  .string({ error: requiredOr('Email', 'Email must be text') })
  .overwrite(normalizeEmail)
  .max(MAX_EMAIL_LENGTH, { error: `Email must have at most ${MAX_EMAIL_LENGTH} characters`, abort: true })
  .refine((value) => EMAIL.test(value), 'Not a valid email address')
  .meta({ format: 'email', description: 'Normalised before it is checked: NFKC, trimmed, lower case.' })

function password(label: string) {
  return z.string({ error: requiredOr(label, `${label} must be text`) })
}

function newPassword(label: string) {
  return password(label)
    .min(1, `${label} is required`)
    .max(MAX_LOGIN_PASSWORD_LENGTH, { error: `${label} is too long`, abort: true })
    .refine(
      (value) => utf8Length(normalizePassword(value)) <= MAX_PASSWORD_BYTES,
      `${label} is too long: at most ${MAX_PASSWORD_BYTES} bytes (accented letters and emoji count for several)`,
    )
    .refine(isStorable, `${label} contains characters that cannot be used`)
    .describe(
      `At most ${MAX_PASSWORD_BYTES} UTF-8 bytes after NFKC, never trimmed. The server sets the minimum length, and refuses what is easy to guess.`,
    )
}

/** A password that an account has: nothing but a bound on its length tells whether it can be right. */
export function presentPassword(label: string) {
  return password(label)
    .max(MAX_LOGIN_PASSWORD_LENGTH, `${label} must have at most ${MAX_LOGIN_PASSWORD_LENGTH} characters`)
    .describe('Whatever is wrong with it, the answer is `INVALID_CREDENTIALS`.')
}

/** The schema of {@link RegisterInput}. */
export const registerInputSchema: z.ZodType<RegisterInput, RegisterInput> = inputObject({
  email: emailSchema,
  password: newPassword('Password'),
})

/** The schema of {@link LoginInput}. */
export const loginInputSchema: z.ZodType<LoginInput, LoginInput> = inputObject({
  email: emailSchema,
  password: presentPassword('Password'),
})

/** The schema of {@link ChangePasswordInput}. */
export const changePasswordInputSchema: z.ZodType<ChangePasswordInput, ChangePasswordInput> = inputObject({
  currentPassword: presentPassword('Current password'),
  newPassword: newPassword('New password'),
  keepApiTokens: flag('Keep API tokens')
    .optional()
    .describe('True: the API tokens go on working. Without it they are revoked, as the other sessions are.'),
})

/** The schema of {@link DeleteAccountInput}. */
export const deleteAccountInputSchema: z.ZodType<DeleteAccountInput, DeleteAccountInput> = inputObject({
  password: presentPassword('Password').optional(),
})

/** The schema of {@link AuthResult}. */
export const authResultSchema: z.ZodType<AuthResult, AuthResult> = z.object({
  user: userSchema.describe('Who is signed in.'),
  accessToken: z.string().describe('To send as `Authorization: Bearer …`.'),
  accessTokenExpiresAt: outputInstant().describe('When the access token stops working, by the clock of the server.'),
})
