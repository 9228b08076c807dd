import { z } from 'zod'

/** The output of a call that succeeds without an answer, such as `auth.logout` or `task.delete`. */
export const nothingSchema: z.ZodType<null, null> = z.null().describe('Nothing: the call succeeded.')
