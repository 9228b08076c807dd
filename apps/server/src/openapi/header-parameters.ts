import type { ParameterObject } from 'openapi3-ts/oas31'
import { fieldSchemas } from '../rest/input-schema.ts'
import type { ServedRoute } from '../rest/rest-routes.ts'

interface HeaderParameter {
  applies(route: ServedRoute, fields: readonly string[]): boolean
  parameter: Omit<ParameterObject, 'in'>
}

const headerParameterTable: readonly HeaderParameter[] = [
  {
    applies: ({ type }) => type === 'query',
    parameter: {
      name: 'If-None-Match',
      description:
        'The `ETag` of the answer that you have: when it is still the same, this one is a 304 without a body.',
      schema: { type: 'string' },
    },
  },
  {
    applies: (_route, fields) => fields.includes('version'),
    parameter: {
      name: 'If-Match',
      description:
        'The `ETag` that the call is based on, or just its version in quotes: when what is there has moved on, the answer is a 412 and nothing has changed. The version without quotes and a weak tag (`W/"7"`) say the same. `*`, or none: whatever is there.',
      schema: { type: 'string', examples: ['"7"'] },
    },
  },
  {
    applies: ({ status }, fields) => status === 201 && fields.includes('id'),
    parameter: {
      name: 'Idempotency-Key',
      description:
        'A UUID of your own, which becomes the id of what is made: a call that is sent again answers 201 with what is there, even where it was deleted meanwhile. Says the same as `id` in the body. In quotes or without.',
      schema: {
        type: 'string',
        pattern: '^"?[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"?$',
        examples: ['01981f0e-6c1a-7cc3-9d5c-2f1c4a2f7a10'],
      },
    },
  },
  {
    applies: (_route, fields) => fields.includes('lastEventId'),
    parameter: {
      name: 'Last-Event-ID',
      description:
        'The `id` of the last event that arrived, to go on after it. Of this and `since` the larger counts. Empty before the first event.',
      schema: { type: 'string', pattern: '^[0-9]{0,10}$' },
    },
  },
]

/** What the headers of a request may say, beside who calls. */
export function headerParameters(route: ServedRoute): ParameterObject[] {
  const fields = Object.keys(fieldSchemas(route.inputSchema))
  return headerParameterTable
    .filter(({ applies }) => applies(route, fields))
    .map(({ parameter: { name, ...rest } }) => ({ name, in: 'header', ...rest }))
}
