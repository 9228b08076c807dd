import type { TRPCBuiltRouter, TRPCDecorateCreateRouterOptions } from '@trpc/server'
import type { routers } from './app-router.ts'
import type { ErrorShape } from './error-shape.ts'

/** The API as a type: all that clients know of the server, which is why nothing of the server's context is in it. */
export type AppRouter = TRPCBuiltRouter<
  { ctx: object; meta: object; errorShape: ErrorShape; transformer: true },
  TRPCDecorateCreateRouterOptions<typeof routers>
>
