import type { AppRouter } from '@taskwire/router'
import type { ExamplesObject, TagObject } from 'openapi3-ts/oas31'
import type { HeaderName } from '../headers.ts'
import type { Versioned } from '../problem-details.ts'

/** The procedures of each router. */
export type Records = AppRouter['_def']['record']

/** Such as `task.list`: the procedures of a router that REST serves. One without a text does not compile. */
export type RestProcedure<Router extends keyof Records> = Exclude<
  `${Router}.${keyof Records[Router] & string}`,
  'auth.restore'
>

/** What the document says of a procedure beyond what stands beside it. */
export interface OperationText {
  /** What generated clients call it. */
  operationId: string
  /** The same of `PUT`, where that does the same. */
  putOperationId?: string
  /** In Markdown; what the summary says already is not said again. */
  description: string
  /** What parameters may be, by their names. */
  parameters?: Record<string, unknown>
  /** What may be sent. */
  body?: ExamplesObject
  /** Fields of the body that are needed, though not of a caller without HTTP. */
  needs?: string[]
  /** What may be answered; of a stream, what an event may hold. */
  answer?: ExamplesObject
  /** Headers of the answer that no rule tells. */
  headers?: HeaderName[]
}

/** Operations that stand together under a heading. */
export interface OperationGroup<Procedure extends string> {
  tag: TagObject
  /** What their versions are of; of those that take none there is nothing to say. */
  versioned?: Versioned
  operations: Record<Procedure, OperationText>
}
