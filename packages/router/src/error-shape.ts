import type { ErrorData } from '@taskwire/contract'
import type { TRPC_ERROR_CODE_NUMBER } from '@trpc/server/rpc'

/** What a client gets instead of a result. */
export interface ErrorShape {
  /** tRPC's number for `data.code`. */
  code: TRPC_ERROR_CODE_NUMBER
  /** For people; may be reworded at any time. */
  message: string
  /** For programs: `data.reason` is a finite union. */
  data: ErrorData
}
