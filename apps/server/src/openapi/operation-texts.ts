import { account } from './operations/account.ts'
import { auth } from './operations/auth.ts'
import { changes } from './operations/changes.ts'
import type { OperationGroup, OperationText, Records, RestProcedure } from './operations/operation-text.ts'
import { sessions } from './operations/sessions.ts'
import { tags } from './operations/tags.ts'
import { tasks } from './operations/tasks.ts'
import { tokens } from './operations/tokens.ts'
import type { Versioned } from './problem-details.ts'

type EveryGroup = { [Router in keyof Records]: { operations: Record<RestProcedure<Router>, OperationText> } }

/** In the order in which the document has them. */
export const operationGroups = {
  auth,
  account,
  session: sessions,
  apiToken: tokens,
  task: tasks,
  tag: tags,
  change: changes,
} satisfies EveryGroup

/** What the document says of an operation, and of all those that stand with it. */
export interface Described {
  text: OperationText
  /** The heading below which it stands. */
  tag: string
  versioned: Versioned | undefined
}

const groups: readonly OperationGroup<string>[] = Object.values(operationGroups)

/** By procedure. */
const described: ReadonlyMap<string, Described> = new Map(
  groups.flatMap(({ operations, tag, versioned }) =>
    Object.entries(operations).map(([procedure, text]) => [procedure, { text, tag: tag.name, versioned }]),
  ),
)

/** @throws Error for a procedure that has no text */
export function describedAs(procedure: string): Described {
  const found = described.get(procedure)
  if (found === undefined) throw new Error(`The document says nothing of ${procedure}: see operation-texts.ts`)
  return found
}
