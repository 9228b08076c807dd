import type { AppRouter } from '@taskwire/router'
import { auth } from './operations/auth.ts'
import { changes } from './operations/changes.ts'
import type { OperationText } from './operations/operation-text.ts'
import { sessions } from './operations/sessions.ts'
import { tags } from './operations/tags.ts'
import { tasks } from './operations/tasks.ts'
import { tokens } from './operations/tokens.ts'

type Records = AppRouter['_def']['record']

/** Such as `task.list`: the procedures of a router that REST serves. One without a text does not compile. */
export type RestProcedure<Router extends keyof Records> = Exclude<
  `${Router}.${keyof Records[Router] & string}`,
  'auth.restore'
>

type EveryGroup = { [Router in keyof Records]: { operations: Record<RestProcedure<Router>, OperationText> } }

/** In the order in which the document has them. */
export const operationGroups = {
  auth,
  session: sessions,
  apiToken: tokens,
  task: tasks,
  tag: tags,
  change: changes,
} satisfies EveryGroup
