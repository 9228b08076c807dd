import { createConfig, lintFromString } from '@redocly/openapi-core'
import { Validator } from '@seriousme/openapi-schema-validator'
import type { OperationObject, ResponseObject, SchemaObject } from 'openapi3-ts/oas31'
import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { fieldSchemas } from '../rest/input-schema.ts'
import { restRoutes } from '../rest/rest-routes.ts'
import { createDocument } from './document.ts'
import { documentText } from './document-text.ts'

/** As it is made here: of a path it has nothing but the operations. */
interface Document {
  tags: { name: string }[]
  paths: Record<string, Record<string, OperationObject>>
  components: { schemas: Record<string, SchemaObject> }
}

const document = JSON.parse(JSON.stringify(createDocument({ version: '1.2.3' })))
const { paths, components, tags }: Document = document

const operations = Object.entries(paths).flatMap(([path, item]) =>
  Object.entries(item).map(([method, operation]) => ({
    name: `${method.toUpperCase()} ${path}`,
    operation,
    responses: Object.entries<ResponseObject>(operation.responses ?? {}).map(([status, response]) => ({
      status: Number(status),
      response: resolve(response),
    })),
  })),
)

/** What stands behind a reference, if it is one. */
function resolve<Component extends object>(component: Component): Component {
  if (!('$ref' in component)) return component
  const [, , kind = '', name = ''] = String(component.$ref).split('/')
  return document.components[kind]?.[name] ?? component
}

/** For all of the document's objects, also those in lists. */
function walk(value: unknown, visit: (object: Record<string, unknown>) => void): void {
  if (typeof value !== 'object' || value === null) return
  if (!Array.isArray(value)) visit(value as Record<string, unknown>)
  for (const child of Object.values(value)) walk(child, visit)
}

describe('the document is OpenAPI 3.1', () => {
  test("by the specification's own schema", async () => {
    const validator = new Validator()
    expect(await validator.validate(structuredClone(document))).toMatchObject({ valid: true })
    expect(validator.version).toBe('3.1')
  })

  test("by Redocly's rules, the strict ones and those on descriptions among them", async () => {
    const config = await createConfig({
      extends: ['recommended-strict'],
      rules: {
        'operation-description': 'error',
        'operation-singular-tag': 'error',
        'operation-tag-defined': 'error',
        'parameter-description': 'error',
        'tag-description': 'error',
        'no-unused-components': 'error',
      },
    })
    const problems = await lintFromString({ source: JSON.stringify(document), absoluteRef: '/openapi.json', config })
    expect(problems.map(({ message, location }) => [message, location[0]?.pointer])).toEqual([])
  })
})

test('is the same as YAML as it is as JSON', () => {
  expect(JSON.parse(documentText('1.2.3', 'json'))).toEqual(document)
  expect(parse(documentText('1.2.3', 'yaml'))).toEqual(document)
})

test('has every route, and the password grant', () => {
  const served = restRoutes.flatMap(({ path, method, alsoMethod }) =>
    [method, alsoMethod].filter((each) => each !== undefined).map((each) => `${each} ${path}`),
  )
  expect(operations.map(({ name }) => name).sort()).toEqual([...served, 'POST /auth/token'].sort())
})

test('has a heading for each tag, and each operation stands below one', () => {
  const used = operations.flatMap(({ operation }) => operation.tags ?? [])
  expect([...new Set(used)].sort()).toEqual(tags.map(({ name }) => name).sort())
})

test('names no operation twice, and each in camel case', () => {
  const ids = operations.map(({ operation }) => operation.operationId ?? '')
  expect(ids.filter((id, place) => ids.indexOf(id) !== place)).toEqual([])
  expect(ids.filter((id) => !/^[a-z]+(?:[A-Z][a-z]+)*$/.test(id))).toEqual([])
})

test('says of each field of each schema what it is', () => {
  const silent: string[] = []
  for (const [name, { properties = {} }] of Object.entries(components.schemas)) {
    for (const [field, { description }] of Object.entries<{ description?: string }>(properties)) {
      if (!description?.trim()) silent.push(`${name}.${field}`)
    }
  }
  expect(silent).toEqual([])
})

test('refers to nothing that is not there', () => {
  const missing: unknown[] = []
  walk(document, (object) => {
    if (typeof object['$ref'] === 'string' && resolve(object) === object) missing.push(object['$ref'])
  })
  expect(missing).toEqual([])
})

test.each([
  ['PATCH /tasks/{id}', 'Task'],
  ['DELETE /tasks/{id}', 'Task'],
  ['PATCH /tags/{id}', 'Tag'],
  ['DELETE /tags/{id}', 'Tag'],
])('%s brings the %s when `If-Match` is stale', (operationName, versioned) => {
  const { responses = [] } = operations.find(({ name }) => name === operationName) ?? {}
  const { response = { description: '' } } = responses.find(({ status }) => status === 412) ?? {}
  const { properties = {} } = resolve((problemOf(response)?.schema ?? {}) as SchemaObject)
  expect(properties['current']).toMatchObject({ $ref: `#/components/schemas/${versioned}` })
})

describe.each(restRoutes)('$procedure', (route) => {
  const { method, path, inputSchema, without = [], fails = [] } = route
  const { operation, responses } = operations.find(({ name }) => name === `${method} ${path}`) ?? {}

  test('loses no field of its input, and nothing that is said of one', () => {
    const body = resolve(operation?.requestBody ?? {}) as { content?: Record<string, { schema?: SchemaObject }> }
    const { properties = {} } = resolve(body.content?.['application/json']?.schema ?? {})
    const parameters = Object.fromEntries(
      (operation?.parameters ?? []).map((parameter) => ['name' in parameter ? parameter.name : '', parameter]),
    )
    const sent: Record<string, { description?: string }> = { ...parameters, ...properties }
    for (const [name, { description }] of Object.entries(fieldSchemas(inputSchema))) {
      if (!without.includes(name)) expect(sent[name]?.description).toBe(description)
    }
  })

  test('says why it fails, with an example of each reason', () => {
    const told = (responses ?? []).flatMap(({ response }) => Object.keys(problemOf(response)?.examples ?? {}))
    expect(told).toEqual(expect.arrayContaining([...fails, 'VALIDATION_FAILED', 'RATE_LIMITED', 'INTERNAL']))
  })
})

function problemOf(response: ResponseObject) {
  return response.content?.['application/problem+json']
}

describe.each(operations)('$name', ({ operation, responses }) => {
  test('shows what is sent and what is answered', () => {
    const { requestBody } = operation
    const bodies = requestBody === undefined ? [] : [requestBody as ResponseObject]
    const contents = [...bodies, ...responses.map(({ response }) => response)].flatMap(({ content = {} }) =>
      Object.values(content),
    )
    expect(contents.filter(({ examples = {} }) => Object.keys(examples).length === 0)).toEqual([])
  })

  test('answers a failure as a problem with the status of the answer', () => {
    for (const { status, response } of responses.filter(({ status }) => status >= 400)) {
      const { schema = {}, examples = {} } = problemOf(response) ?? {}
      const union = 'oneOf' in schema ? (schema.oneOf ?? []) : [schema]
      const forms = union.map((form) => resolve(form as SchemaObject))
      const statuses = forms.map(({ properties = {} }) => (properties['status'] ?? {}) as SchemaObject)
      expect(forms.length).toBe(Object.keys(examples).length)
      expect(statuses.every((each) => each.const === status || each.enum?.includes(status))).toBe(true)
    }
  })

  test('names the headers that go with each answer', () => {
    for (const { status, response } of responses) {
      const headers = Object.keys(response.headers ?? {})
      expect(headers).toEqual(expect.arrayContaining(['x-request-id', 'RateLimit-Remaining']))
      if (status === 401) expect(headers).toContain('WWW-Authenticate')
      if (status === 429 || status === 503) expect(headers).toContain('Retry-After')
      if (status === 304) expect(headers).toContain('ETag')
    }
  })
})
