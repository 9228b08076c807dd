import type { AppRouter } from '@taskwire/router'
import type { inferRouterInputs, inferRouterOutputs } from '@trpc/server'

/** What each procedure takes: `RouterInputs['task']['create']`. */
export type RouterInputs = inferRouterInputs<AppRouter>

/** What each procedure answers: `RouterOutputs['task']['list']`. */
export type RouterOutputs = inferRouterOutputs<AppRouter>
