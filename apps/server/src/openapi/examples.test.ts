import { Ajv2020 } from 'ajv/dist/2020.js'
import addFormats from 'ajv-formats'
import type { ExamplesObject } from 'openapi3-ts/oas31'
import { expect, test } from 'vitest'
import { createDocument } from './document.ts'

const document = createDocument({ version: '1.2.3' })

interface Example {
  /** Where it stands, as a JSON pointer. */
  pointer: string
  schemaPointer: string
  value: unknown
}

interface Exemplified {
  example?: unknown
  examples?: ExamplesObject
  schema: { examples?: unknown[] }
}

const ajv = new Ajv2020({ allErrors: true, strictTypes: false })
addFormats.default(ajv)
// What OpenAPI adds to JSON Schema.
for (const keyword of ['discriminator', 'example']) ajv.addKeyword(keyword)
ajv.addVocabulary(['openapi', 'info', 'servers', 'tags', 'paths', 'components'])
ajv.addSchema(document, 'document')

/** Every example that stands beside a schema, or in it: of a parameter, a header, or a body. */
function examplesOf(value: unknown, pointer = ''): Example[] {
  if (typeof value !== 'object' || value === null) return []
  const below = Object.entries(value).flatMap(([key, child]) => examplesOf(child, `${pointer}/${escaped(key)}`))
  if (!('schema' in value)) return below
  const schemaPointer = `${pointer}/schema`
  const { example, examples = {}, schema } = value as Exemplified
  const named = Object.entries(examples).map(([name, each]) => ({
    pointer: `${pointer}/examples/${name}`,
    schemaPointer,
    value: 'value' in each ? each.value : undefined,
  }))
  const others = [...(example === undefined ? [] : [example]), ...(schema.examples ?? [])]
  return [...below, ...named, ...others.map((value) => ({ pointer, schemaPointer, value }))]
}

function escaped(key: string): string {
  return encodeURIComponent(key.replaceAll('~', '~0').replaceAll('/', '~1'))
}

const examples = examplesOf(document)

test('there are examples of all kinds', () => {
  const kinds = ['/parameters/', '/requestBody/', '/components/headers/', '/components/responses/']
  for (const kind of kinds) expect(examples.some(({ pointer }) => pointer.includes(kind))).toBe(true)
})

test.each(examples.map(({ pointer, ...example }) => [pointer, example] as const))(
  '%s fits its schema',
  (_, example) => {
    const { schemaPointer, value } = example
    const validate = ajv.getSchema(`document#${schemaPointer}`)
    validate?.(value)
    expect(validate).toBeDefined()
    expect(validate?.errors ?? []).toEqual([])
  },
)

test.each([
  ['a field to change is missing', 'UpdateTaskBody', { version: 3 }],
  ['only lists without tags', 'UpdateTasksBody', { ids: ['01981f0e-6c1a-7cc3-9d5c-2f1c4a2f7a10'], addTagIds: [] }],
  ['a title is nothing but spaces', 'CreateTaskBody', { title: '  ' }],
  ['an unknown field', 'CreateTaskBody', { title: 'Write', priority: 1 }],
  ['a moment without an offset', 'CreateTaskBody', { title: 'Write', dueAt: '2026-12-01T09:00:00' }],
  ['a token is made without the password', 'CreateTokenBody', { name: 'Report' }],
])('its schemas refuse what the server refuses: %s', (_what, name, value) => {
  expect(ajv.getSchema(`document#/components/schemas/${name}`)?.(value)).toBe(false)
})
