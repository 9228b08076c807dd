import { apiTokenExample, passwordExample } from '../examples.ts'
import type { OperationGroup, RestProcedure } from './operation-text.ts'

export const tokens: OperationGroup<RestProcedure<'apiToken'>> = {
  tag: {
    name: 'tokens',
    description:
      'API tokens, with which internal tools call as the user. For people who have signed in here: an API token makes no others.',
  },
  operations: {
    'apiToken.list': {
      operationId: 'listTokens',
      description: 'The newest first, expired ones among them.',
      answer: { tokens: { value: [apiTokenExample] } },
    },
    'apiToken.create': {
      operationId: 'createToken',
      description:
        'Takes the password, so that a minute at an open laptop is not access for ever. `QUOTA_REACHED` when the user has as many that work as a user may have.',
      needs: ['password'],
      body: {
        oneYear: {
          value: { name: apiTokenExample.name, expiresAt: apiTokenExample.expiresAt, password: passwordExample },
        },
        noEnd: { value: { name: apiTokenExample.name, password: passwordExample } },
      },
      answer: {
        created: { value: { token: 'twk_3q2-7wAAbBcCdDeEfFgGhHiIjJkKlLmMnNoOpPqQrRs', apiToken: apiTokenExample } },
      },
    },
    'apiToken.revoke': {
      operationId: 'revokeToken',
      description: 'It stops working within seconds. `NOT_FOUND` when the user has none with this id that works.',
      parameters: { id: apiTokenExample.id },
    },
  },
}
