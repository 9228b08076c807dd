import { auth } from './operations/auth.ts'
import { changes } from './operations/changes.ts'
import type { OperationText, Records, RestProcedure } from './operations/operation-text.ts'
import { sessions } from './operations/sessions.ts'
import { tags } from './operations/tags.ts'
import { tasks } from './operations/tasks.ts'
import { tokens } from './operations/tokens.ts'

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
