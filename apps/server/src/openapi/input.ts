import type { BaseParameterObject, ParameterObject, RequestBodyObject, SchemaObject } from 'openapi3-ts/oas31'
import { fieldSchemas, inputJsonSchema } from '../rest/input-schema.ts'
import type { ServedRoute } from '../rest/rest-routes.ts'
import { headerParameters } from './header-parameters.ts'
import type { OperationText } from './operations/operation-text.ts'
import { asOpenApi, type JsonSchema, referenceTo } from './schemas.ts'

/** Where the fields of a procedure's input are sent. */
interface Places {
  path: readonly string[]
  query: string[]
  body: string[]
}

function placesOf({ inPath, place, inputSchema, without = [] }: ServedRoute): Places {
  const others = Object.keys(fieldSchemas(inputSchema)).filter((name) => ![...inPath, ...without].includes(name))
  return { path: inPath, query: place === 'query' ? others : [], body: place === 'body' ? others : [] }
}

/** What is sent in the path, the query and the headers. */
export function parametersOf(route: ServedRoute, { parameters: examples = {} }: OperationText): ParameterObject[] {
  const fields = fieldSchemas(route.inputSchema)
  const required = requiredFields(route)
  const { path, query } = placesOf(route)
  const parameters = [
    ...path.map((name): ParameterObject => ({ name, in: 'path', required: true, ...describe(fields[name]) })),
    ...query.map((name): ParameterObject => {
      const field = describe(fields[name])
      const list = field.schema.type === 'array' ? { style: 'form' as const, explode: true } : {}
      return { name, in: 'query', ...(required.includes(name) && { required: true }), ...list, ...field }
    }),
    ...headerParameters(route),
  ]
  return parameters.map((parameter) => withExample(parameter, examples[parameter.name]))
}

/** In the schema: the example of a parameter is what Swagger UI would send unasked, a filter that finds nothing among it. */
function withExample(parameter: ParameterObject, example: unknown): ParameterObject {
  return example === undefined ? parameter : { ...parameter, schema: { ...parameter.schema, examples: [example] } }
}

/** There is no null in a URL: what may be null is left out. */
function describe(field: JsonSchema = {}): BaseParameterObject & { schema: SchemaObject } {
  const { description, ...schema } = field
  const [form, ...others] = schema.anyOf?.filter((each) => typeof each === 'object' && each.type !== 'null') ?? []
  const sent = form !== undefined && others.length === 0 ? (form as JsonSchema) : schema
  return { ...(description !== undefined && { description }), schema: asOpenApi(sent) }
}

function requiredFields({ inputSchema }: ServedRoute): string[] {
  return inputSchema === undefined ? [] : (inputJsonSchema(inputSchema).required ?? [])
}

/** Such as `CreateTaskBody`. */
function bodyName({ operationId }: OperationText): string {
  return `${operationId.charAt(0).toUpperCase()}${operationId.slice(1)}Body`
}

/** What is sent as the body, if anything is. */
export function requestBodyOf(route: ServedRoute, text: OperationText): RequestBodyObject | undefined {
  if (placesOf(route).body.length === 0) return undefined
  const { required = [] } = bodySchema(route, text)
  return {
    // A deletion without a password, by a token of another issuer, has nothing to send.
    required: required.length > 0 || route.method !== 'DELETE',
    content: { 'application/json': { schema: { $ref: referenceTo(bodyName(text)) }, examples: text.body ?? {} } },
  }
}

/** The schema of the body, by its name: what the procedure takes, without what is sent elsewhere. */
export function bodySchemas(route: ServedRoute, text: OperationText): Record<string, SchemaObject> {
  return placesOf(route).body.length === 0 ? {} : { [bodyName(text)]: bodySchema(route, text) }
}

function bodySchema(route: ServedRoute, { needs = [] }: OperationText): SchemaObject {
  if (route.inputSchema === undefined) return {}
  const { body } = placesOf(route)
  const { properties = {}, required = [], default: _, ...rest } = inputJsonSchema(route.inputSchema)
  const needed = [...required.filter((name) => body.includes(name)), ...needs]
  return asOpenApi({
    ...rest,
    properties: Object.fromEntries(Object.entries(properties).filter(([name]) => body.includes(name))),
    ...(needed.length > 0 && { required: needed }),
  })
}
