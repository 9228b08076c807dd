import type {
  OperationObject,
  ParameterObject,
  RequestBodyObject,
  ResponseObject,
  SchemaObject,
} from 'openapi3-ts/oas31'
import { document, resolved } from './document-schemas.ts'

/** One method on one path, as the document has it. */
export interface DocumentedOperation {
  /** Such as `GET /tasks/{id}`. */
  name: string
  method: string
  path: string
  parameters: readonly ParameterObject[]
  /** Absent where nothing is taken. */
  body?: { mediaType: string; required: boolean; schema: SchemaObject }
  responses: ReadonlyMap<number, ResponseObject>
}

/** All that the document offers. */
export const documentedOperations: readonly DocumentedOperation[] = Object.entries(document.paths ?? {}).flatMap(
  ([path, item]) =>
    Object.entries({ ...item }).map(([method, operation]) =>
      readOperation(method.toUpperCase(), path, operation as OperationObject),
    ),
)

function readOperation(method: string, path: string, operation: OperationObject): DocumentedOperation {
  const body = operation.requestBody as RequestBodyObject | undefined
  const [content] = Object.entries(body?.content ?? {})
  return {
    name: `${method} ${path}`,
    method,
    path,
    parameters: (operation.parameters ?? []) as ParameterObject[],
    ...(content !== undefined && {
      body: {
        mediaType: content[0],
        required: body?.required ?? false,
        schema: resolved(content[1].schema ?? {}) as SchemaObject,
      },
    }),
    responses: new Map(
      Object.entries<ResponseObject>(operation.responses ?? {}).map(([status, response]) => [
        Number(status),
        resolved(response),
      ]),
    ),
  }
}

/**
 * The operations of a path by method.
 *
 * @param url as requested, below `/api`
 */
export function operationsAt(url: string): Map<string, DocumentedOperation> {
  const [path = ''] = url.split('?', 1)
  return new Map(
    documentedOperations.filter((each) => isAt(each, path)).map((operation) => [operation.method, operation]),
  )
}

function isAt({ path }: DocumentedOperation, requested: string): boolean {
  const [expected, found] = [path, requested.replace(/(?<=.)\/$/, '')].map((each) => each.split('/'))
  return (
    expected?.length === found?.length &&
    expected?.every((part, index) => (part.startsWith('{') ? found?.[index] !== '' : part === found?.[index])) === true
  )
}
