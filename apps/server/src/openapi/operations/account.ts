import {
  apiTokenExample,
  externalIdentityExample,
  sessionExample,
  tagExample,
  taskExample,
  userExample,
} from '../examples.ts'
import type { OperationGroup, RestProcedure } from './operation-text.ts'

export const account: OperationGroup<RestProcedure<'account'>> = {
  tag: {
    name: 'account',
    description: "All that is the user's own, to take it elsewhere or to keep a copy.",
  },
  operations: {
    'account.export': {
      operationId: 'exportAccount',
      description:
        "A page ends at 1 MB: follow `Link`, or send `nextCursor` as `cursor`, until there is none. Tags and tasks come in the order of their ids, so that one that is made meanwhile is on a later page; what else has changed since the first page is told by `GET /changes` with its `version`. An API token and another issuer's token are told tags and tasks, and not how the user signs in. No password and no token is ever told.",
      parameters: { cursor: `task.${taskExample.id}` },
      answer: {
        first: {
          value: {
            records: [
              { type: 'user', user: userExample },
              { type: 'externalIdentity', externalIdentity: externalIdentityExample },
              { type: 'session', session: sessionExample },
              { type: 'apiToken', apiToken: apiTokenExample },
              { type: 'tag', tag: tagExample },
              { type: 'task', task: taskExample },
            ],
            nextCursor: `task.${taskExample.id}`,
            version: 7,
          },
        },
        last: { value: { records: [{ type: 'task', task: taskExample }], nextCursor: null, version: 7 } },
      },
      headers: ['Link'],
    },
  },
}
