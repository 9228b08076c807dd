import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js'
import addFormats from 'ajv-formats'
import type { OpenAPIObject, SchemaObject } from 'openapi3-ts/oas31'
import { createDocument } from '../openapi/document.ts'

/** What REST offers, as the tests of this process read it. */
export const document: OpenAPIObject = createDocument({ version: '1.2.3' })

const ajv = new Ajv2020({ allErrors: true, strictTypes: false })
addFormats.default(ajv)
// What OpenAPI adds to JSON Schema.
for (const keyword of ['discriminator', 'example']) ajv.addKeyword(keyword)
ajv.addVocabulary(['openapi', 'info', 'servers', 'tags', 'paths', 'components'])
ajv.addSchema(document, 'document')

const compiled = new WeakMap<SchemaObject, ValidateFunction>()

/** What is wrong with a value by a schema of the document: nothing where it fits. */
export function faultsOf(schema: SchemaObject, value: unknown): string[] {
  const validate = compiled.get(schema) ?? compile(schema)
  compiled.set(schema, validate)
  validate(value)
  return (validate.errors ?? []).map(
    ({ instancePath, message, params }) => `${instancePath || 'it'} ${message} ${JSON.stringify(params)}`,
  )
}

/** Where it stands alone, its references have to say where they lead. */
function compile(schema: SchemaObject): ValidateFunction {
  return ajv.compile(JSON.parse(JSON.stringify(schema).replaceAll('"#/components/', '"document#/components/')))
}

/** What stands behind a reference, if it is one. */
export function resolved<Component extends object>(component: Component): Component {
  if (!('$ref' in component)) return component
  const [, , kind = '', name = ''] = String(component.$ref).split('/')
  const found = (document.components as Record<string, Record<string, Component>>)[kind]?.[name]
  if (found === undefined) throw new Error(`The document has no ${component.$ref}`)
  return found
}
