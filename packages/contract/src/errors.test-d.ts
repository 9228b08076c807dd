import { expectTypeOf } from 'vitest'
import type { ErrorData, ErrorDetails } from './errors.ts'
import type { ValidationIssueCode } from './faults.ts'
import type { ValidationIssue } from './issues.ts'
import type { Tag } from './tag.ts'
import type { Task } from './task.ts'

declare const data: ErrorData

// A client switches over the reason and finds what it carries.
switch (data.reason) {
  case 'VALIDATION_FAILED':
    expectTypeOf(data.issues).toEqualTypeOf<ValidationIssue[]>()
    expectTypeOf(data.httpStatus).toEqualTypeOf<400>()
    break
  case 'VERSION_CONFLICT':
    expectTypeOf(data.current).toEqualTypeOf<Task | Tag>()
    expectTypeOf(data.code).toEqualTypeOf<'CONFLICT'>()
    break
  case 'QUOTA_REACHED':
    expectTypeOf(data.limit).toEqualTypeOf<number>()
    expectTypeOf(data.code).toEqualTypeOf<'CONFLICT'>()
    break
  case 'RATE_LIMITED':
  case 'OVERLOADED':
  case 'UNAVAILABLE':
    expectTypeOf(data.retryAfter).toEqualTypeOf<number>()
    break
  default:
    expectTypeOf(data.retryAfter).toEqualTypeOf<undefined>()
}

// A form that speaks another language switches over the code of an issue.
declare const issue: ValidationIssue
expectTypeOf(issue.code).toEqualTypeOf<ValidationIssueCode>()
if (issue.code === 'TOO_LONG') expectTypeOf(issue.params).toEqualTypeOf<{ label: string; max: number }>()

// It may also look before it switches.
expectTypeOf(data.issues).toEqualTypeOf<ValidationIssue[] | undefined>()
expectTypeOf(data.limit).toEqualTypeOf<number | undefined>()
expectTypeOf(data.requestId).toEqualTypeOf<string>()

// tRPC takes no error shape whose data is not a record.
expectTypeOf<ErrorData>().toExtend<Record<string, unknown>>()

// Domain code owes exactly what the reason carries.
expectTypeOf<ErrorDetails<'NOT_FOUND'>>().toEqualTypeOf<undefined>()
expectTypeOf<ErrorDetails<'QUOTA_REACHED'>>().toEqualTypeOf<{ limit: number }>()
expectTypeOf<ErrorDetails<'VERSION_CONFLICT'>>().toEqualTypeOf<{ current: Task | Tag }>()
