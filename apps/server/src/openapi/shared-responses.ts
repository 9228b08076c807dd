import { STATUS_CODES } from 'node:http'
import type { OperationObject, ResponseObject, ResponsesObject } from 'openapi3-ts/oas31'

/** The operations of a path, by method. */
export type PathOperations = Partial<Record<'get' | 'post' | 'put' | 'patch' | 'delete', OperationObject>>

type Paths = Record<string, PathOperations>

interface Shared {
  paths: Paths
  responses: Record<string, ResponseObject>
}

/** The answers that most operations with their status give, as components that those operations refer to. */
export function shareResponses(paths: Paths): Shared {
  const usual = usualResponses(paths)
  const texts = new Map(Array.from(usual, ([name, response]) => [JSON.stringify(response), name]))
  const refer = (responses: ResponsesObject): ResponsesObject =>
    Object.fromEntries(
      Object.entries(responses).map(([status, response]) => {
        const name = texts.get(JSON.stringify(response))
        return [status, name === undefined ? response : { $ref: `#/components/responses/${name}` }]
      }),
    )
  return {
    paths: mapOperations(paths, (each) => ({ ...each, responses: refer(each.responses ?? {}) })),
    responses: Object.fromEntries(usual),
  }
}

/** By a name such as `NotFound`: of each status what is answered most often, if it is answered more than once. */
function usualResponses(paths: Paths): Map<string, ResponseObject> {
  const counts = new Map<string, Map<string, number>>()
  mapOperations(paths, (operation) => {
    for (const [status, response] of Object.entries(operation.responses ?? {})) {
      if (Number(status) < 300) continue
      const ofStatus = counts.get(status) ?? new Map<string, number>()
      const text = JSON.stringify(response)
      counts.set(status, ofStatus.set(text, (ofStatus.get(text) ?? 0) + 1))
    }
    return operation
  })
  const usual = new Map<string, ResponseObject>()
  for (const [status, ofStatus] of [...counts].sort(([a], [b]) => Number(a) - Number(b))) {
    const [[text, count] = ['', 0]] = [...ofStatus].sort(([, a], [, b]) => b - a)
    if (count > 1) usual.set((STATUS_CODES[status] ?? status).replaceAll(' ', ''), JSON.parse(text))
  }
  return usual
}

function mapOperations(paths: Paths, change: (operation: OperationObject) => OperationObject): Paths {
  return Object.fromEntries(
    Object.entries(paths).map(([path, item]) => [
      path,
      Object.fromEntries(Object.entries(item).map(([method, each]) => [method, change(each)])),
    ]),
  )
}
