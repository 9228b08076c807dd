import { sessionExample } from '../examples.ts'
import type { OperationGroup, RestProcedure } from './operation-text.ts'

export const sessions: OperationGroup<RestProcedure<'session'>> = {
  tag: {
    name: 'sessions',
    description: 'Where the user is signed in. For people who have signed in here: API tokens are `FORBIDDEN`.',
  },
  operations: {
    'session.list': {
      operationId: 'listSessions',
      description: 'The one of this call is `current`.',
      answer: { sessions: { value: [sessionExample] } },
    },
    'session.revoke': {
      operationId: 'revokeSession',
      description: 'Its access tokens stop working within seconds. It may be the session of this call.',
      parameters: { id: sessionExample.id },
    },
    'session.revokeOthers': {
      operationId: 'revokeOtherSessions',
      description: 'API tokens go on working; the answer says how many there are.',
      answer: { revoked: { value: { revoked: 2, apiTokens: 1 } } },
    },
  },
}
