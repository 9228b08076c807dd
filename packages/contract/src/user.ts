import { z } from 'zod'
import { type Named, outputId, outputInstant, outputObject } from './fields.ts'

const user = outputObject('User', {
  id: outputId().describe('UUID.'),
  email: z.string().meta({ format: 'email', description: 'Normalised: NFKC, trimmed, lower case.' }),
  createdAt: outputInstant().describe('When the account was made.'),
  updatedAt: outputInstant().describe('When the account itself was last changed, such as its password.'),
})

/** An account, as its owner sees it. */
export interface User extends z.infer<typeof user> {}

/** The output of `auth.me`. */
export const userSchema: Named<User> = user
