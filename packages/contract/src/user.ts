import { z } from 'zod'
import { outputId, outputInstant } from './fields.ts'

/** An account, as its owner sees it. */
export interface User {
  /** UUID. */
  id: string
  /** Normalised: NFKC, trimmed, lower case. */
  email: string
  /** When the account was made. */
  createdAt: Date
  /** When the account itself was last changed, such as its password. */
  updatedAt: Date
}

/** The schema of {@link User}: the output of `auth.me`. */
export const userSchema: z.ZodType<User, User> = z.object({
  id: outputId().describe('UUID.'),
  email: z.string().meta({ format: 'email', description: 'Normalised: NFKC, trimmed, lower case.' }),
  createdAt: outputInstant().describe('When the account was created.'),
  updatedAt: outputInstant().describe('When the account was last changed.'),
})
