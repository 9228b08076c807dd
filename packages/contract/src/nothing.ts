import { z } from 'zod'
import type { Named } from './fields.ts'

/** The output of a call that succeeds without an answer, such as `auth.logout` or `session.revoke`. */
export const nothingSchema: Named<null> = z.null().describe('Nothing: the call succeeded.')
