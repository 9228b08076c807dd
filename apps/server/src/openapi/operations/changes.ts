import { HEARTBEAT, SILENCE } from '@taskwire/contract'
import { tagExample, taskExample } from '../examples.ts'
import type { OperationGroup, RestProcedure } from './operation-text.ts'

const taskChange = { type: 'task', version: 7, id: taskExample.id, deleted: false, task: taskExample }
const tagDeleted = { type: 'tag', version: 9, id: tagExample.id, deleted: true, tag: null }
const reset = { type: 'reset', version: 120 }

const STREAM = `
\`text/event-stream\`; follow it with \`curl -N\`: a page of documentation cannot show a stream that does not end. The \`data\` of each event is a \`Change\` as JSON, its \`event\` is the \`type\` of the change, its \`id\` the version.

\`\`\`
event: task
id: 7
data: {"type":"task","version":7,"id":"${taskExample.id}","deleted":false,"task":{…}}

event: tag
id: 9
data: {"type":"tag","version":9,"id":"${tagExample.id}","deleted":true,"tag":null}
\`\`\`

\`event: reset\` is the last one: read everything again, and go on from its version. A comment line comes every ${HEARTBEAT / 1_000} seconds; whoever hears nothing for ${SILENCE / 1_000} seconds connects again with \`Last-Event-ID\`, as readers of event streams do by themselves. The one of browsers, \`EventSource\`, cannot send a token: read the answer of \`fetch\`. When the stream ends for a reason (the session has ended; the user has too many streams open, of which the oldest goes), the last event is \`event: problem\` with the problem as its \`data\`.
`.trim()

export const changes: OperationGroup<RestProcedure<'change'>> = {
  tag: {
    name: 'changes',
    description:
      "What has changed since a version, of all of the user's tasks and tags, whoever changed it: to keep a copy current without reading everything again.",
  },
  operations: {
    'change.list': {
      operationId: 'listChanges',
      description:
        'Without `since` the answer has no changes but the version to begin with: ask for it before you read the first lists. With `since` at 0 they are all that there is. Go on with `version` as `since`, at once while `hasMore` (and with `snapshot`, where it is a number), or follow `Link`. `reset` instead of changes: they are not known any more, so read everything again.',
      parameters: { since: 6 },
      answer: {
        changes: {
          value: { changes: [taskChange, tagDeleted], version: 9, hasMore: false, reset: false, snapshot: null },
        },
        reset: { value: { changes: [], version: 120, hasMore: false, reset: true, snapshot: null } },
      },
      headers: ['Link'],
    },
    'change.stream': {
      operationId: 'streamChanges',
      description: STREAM,
      parameters: { since: 6, 'Last-Event-ID': '6' },
      answer: { task: { value: taskChange }, tag: { value: tagDeleted }, reset: { value: reset } },
    },
  },
}
