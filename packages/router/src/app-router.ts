import { accountRouter } from './account.ts'
import { apiTokenRouter } from './api-token.ts'
import { authRouter } from './auth.ts'
import { changeRouter } from './change.ts'
import { sessionRouter } from './session.ts'
import { tagRouter } from './tag.ts'
import { taskRouter } from './task.ts'
import { createCallerFactory, router } from './trpc.ts'

/** By the names of the records: written out, as a compiler would infer it, they lose what is said of each procedure. */
type Routers = {
  auth: typeof authRouter
  account: typeof accountRouter
  session: typeof sessionRouter
  apiToken: typeof apiTokenRouter
  task: typeof taskRouter
  tag: typeof tagRouter
  change: typeof changeRouter
}

/** The procedures by name, as plain records. */
export const routers: Routers = {
  auth: authRouter,
  account: accountRouter,
  session: sessionRouter,
  apiToken: apiTokenRouter,
  task: taskRouter,
  tag: tagRouter,
  change: changeRouter,
}

export const appRouter = router(routers)

/**
 * Calls procedures without HTTP, for internal tools: input and output are checked as for everybody else, and failures
 * are TRPCErrors whose `cause` is a DomainError.
 *
 * @example
 * const caller = createCaller(createInnerContext(services, { userId }))
 * const task = await caller.task.create({ title: 'Write the report' })
 */
export const createCaller = createCallerFactory(appRouter)
