import type { OpenAPIObject, OperationObject, SchemaObject } from 'openapi3-ts/oas31'
import { restRoutes } from '../rest/rest-routes.ts'
import { conventions } from './conventions.ts'
import { headers } from './headers.ts'
import { bodySchemas } from './input.ts'
import { operationOf } from './operation.ts'
import { describedAs, operationGroups } from './operation-texts.ts'
import { validationIssueSchema } from './problem-details.ts'
import { problemSchemas } from './problems.ts'
import { answerSchemas, usedSchemas } from './schemas.ts'
import { securitySchemes } from './security.ts'
import { type PathOperations, shareResponses } from './shared-responses.ts'
import { tokenOperation, tokenSchemas } from './token-operation.ts'

/**
 * What REST offers, as OpenAPI 3.1 (https://spec.openapis.org/oas/v3.1.1.html).
 *
 * @param version of the server
 */
export function createDocument({ version }: { version: string }): OpenAPIObject {
  const { paths, responses } = shareResponses(allPaths())
  return {
    openapi: '3.1.1',
    info: {
      title: 'Taskwire',
      version,
      description: conventions,
      license: { name: 'MIT', identifier: 'MIT' },
    },
    servers: [
      { url: '/api', description: 'This server' },
      { url: '/api/v1', description: 'The same, for callers who name a version' },
    ],
    tags: Object.values(operationGroups).map(({ tag }) => tag),
    paths,
    components: {
      schemas: usedSchemas(allSchemas(), { paths, responses }) as Record<string, SchemaObject>,
      responses,
      headers,
      securitySchemes,
    },
  }
}

function allPaths(): Record<string, PathOperations> {
  const paths = new Map<string, PathOperations>()
  const add = (path: string, method: string, operation: OperationObject) => {
    paths.set(path, { ...paths.get(path), [method.toLowerCase()]: operation })
  }
  for (const route of restRoutes) {
    const described = describedAs(route.procedure)
    const { text } = described
    const operation = operationOf(route, described)
    add(route.path, route.method, operation)
    if (route.alsoMethod !== undefined) {
      add(route.path, route.alsoMethod, { ...operation, operationId: text.putOperationId ?? text.operationId })
    }
    // Beside the sign-in that it is another form of.
    if (route.procedure === 'auth.login') add('/auth/token', 'POST', tokenOperation)
  }
  return Object.fromEntries(paths)
}

function allSchemas(): Record<string, SchemaObject> {
  return Object.assign(
    answerSchemas(),
    tokenSchemas,
    ...restRoutes.map((route) => bodySchemas(route, describedAs(route.procedure).text)),
    { ValidationIssue: validationIssueSchema },
    problemSchemas(),
  )
}
