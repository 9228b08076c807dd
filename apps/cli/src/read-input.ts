import { toValidationIssues } from '@taskwire/contract'
import type { z } from 'zod'
import { CommandError } from './terminal.ts'

/** What was typed, as the schema reads it. @throws CommandError with a line for each fault */
export function readInput<Input>(schema: z.ZodType<Input>, typed: unknown): Input {
  const { data, error } = schema.safeParse(typed)
  if (error === undefined) return data
  throw new CommandError(
    toValidationIssues(error)
      .map(({ message }) => message)
      .join('\n'),
  )
}
