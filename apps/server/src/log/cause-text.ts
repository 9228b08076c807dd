import type { ErrorReason } from '@taskwire/contract'
import { DomainError } from '@taskwire/domain'
import { describeFailure, type FailureText } from '@taskwire/prisma'
import { TRPCError } from '@trpc/server'

/** What is told of why a call failed, in a line without anything that a user wrote. */
export function causeText(reason: ErrorReason, cause: unknown): FailureText {
  if (cause instanceof TRPCError && cause.cause !== undefined) return causeText(reason, cause.cause)
  if (cause instanceof DomainError) return { kind: null, code: reason, message: messageOf(cause) }
  // An answer that does not fit its schema: zod's message quotes what it found.
  if (cause instanceof Error && 'issues' in cause) {
    return { kind: null, code: cause.name, message: `The answer is not what it should be: ${pathsOf(cause.issues)}` }
  }
  return describeFailure(cause)
}

function messageOf({ cause, message }: DomainError): string {
  return cause instanceof Error ? cause.message : message
}

function pathsOf(issues: unknown): string {
  const paths = Array.isArray(issues) ? issues.slice(0, 5).map(({ path }) => String(path)) : []
  return paths.join(', ').slice(0, 200)
}
