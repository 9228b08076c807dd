import { changeSchema, nothingSchema } from '@taskwire/contract'
import type {
  ExamplesObject,
  OperationObject,
  ResponseObject,
  ResponsesObject,
  SecurityRequirementObject,
} from 'openapi3-ts/oas31'
import { hasVersion } from '../rest/entity-tag.ts'
import { fieldSchemas } from '../rest/input-schema.ts'
import type { ServedRoute } from '../rest/rest-routes.ts'
import { answerHeaders, type HeaderName } from './headers.ts'
import { parametersOf, requestBodyOf } from './input.ts'
import type { Described } from './operation-texts.ts'
import type { OperationText } from './operations/operation-text.ts'
import { problemResponse } from './problems.ts'
import { failuresByStatus } from './reasons.ts'
import { answerSchema } from './schemas.ts'

const withToken: SecurityRequirementObject[] = [{ bearer: [] }, { password: [] }]
const securityByAccess: Record<ServedRoute['access'], SecurityRequirementObject[]> = {
  anyone: [],
  cookie: [{ session: [] }],
  user: withToken,
  person: withToken,
}

/** What ends a session succeeds without one. */
function securityOf({ access, fails = [] }: ServedRoute): SecurityRequirementObject[] {
  const isOptional = access === 'cookie' && !fails.includes('TOKEN_MISSING')
  return isOptional ? [...securityByAccess[access], {}] : securityByAccess[access]
}

/** What the document says of one procedure. */
export function operationOf(route: ServedRoute, described: Described): OperationObject {
  const { text, tag } = described
  const parameters = parametersOf(route, text)
  const requestBody = requestBodyOf(route, text)
  return {
    operationId: text.operationId,
    tags: [tag],
    summary: route.summary,
    description: text.description,
    security: securityOf(route),
    ...(parameters.length > 0 && { parameters }),
    ...(requestBody !== undefined && { requestBody }),
    responses: responsesOf(route, described),
  }
}

function responsesOf(route: ServedRoute, { text, versioned }: Described): ResponsesObject {
  const { access, method, mostBytes, without = [] } = route
  const fields = Object.keys(fieldSchemas(route.inputSchema))
  // A version that only a header says fails with 412, which is a general reason.
  const fails = route.fails?.filter((reason) => reason !== 'VERSION_CONFLICT' || !without.includes('version'))
  const failures = failuresByStatus({ access, method, mostBytes, fields }, fails)
  return {
    [route.status ?? 200]: successResponse(route, text),
    ...(route.type === 'query' && { 304: unchangedResponse(text) }),
    ...Object.fromEntries(Array.from(failures, ([status, some]) => [status, problemResponse(status, some, versioned)])),
  }
}

function unchangedResponse({ headers = [] }: OperationText): ResponseObject {
  return {
    description: 'What you have is still the same: `If-None-Match` named it.',
    headers: answerHeaders('ETag', ...headers),
  }
}

function successResponse(route: ServedRoute, { answer = {}, headers: others = [] }: OperationText): ResponseObject {
  const { type, status = 200, location } = route
  const headers: HeaderName[] = [
    ...(type === 'query' || hasVersion(route) ? (['ETag'] as const) : []),
    ...(location === undefined ? [] : (['Location'] as const)),
    ...others,
  ]
  const response = { headers: answerHeaders(...headers) }
  if (status === 204) return { description: 'Done: there is nothing to answer.', ...response }
  if (type === 'subscription') return { description: 'Events, until the stream ends.', ...response, ...events(answer) }
  return {
    description: type === 'query' ? 'What was asked for.' : status === 201 ? 'What was made.' : 'Done.',
    ...response,
    content: { 'application/json': { schema: answerSchema(route.outputSchema ?? nothingSchema), examples: answer } },
  }
}

/** OpenAPI 3.1 has no schema for a stream: by custom it is that of the data of each event. */
function events(examples: ExamplesObject): Pick<ResponseObject, 'content'> {
  const schema = { ...answerSchema(changeSchema), description: 'The data of each event.' }
  return { content: { 'text/event-stream': { schema, examples } } }
}
