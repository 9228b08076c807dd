import { tagExample } from '../examples.ts'
import type { OperationGroup, RestProcedure } from './operation-text.ts'

export const tags: OperationGroup<RestProcedure<'tag'>> = {
  tag: { name: 'tags', description: 'Labels that the user puts on tasks.' },
  versioned: 'Tag',
  operations: {
    'tag.list': {
      operationId: 'listTags',
      description: 'All at once: a user has at most as many as the quota allows.',
      answer: { tags: { value: [{ ...tagExample, taskCount: 12 }] } },
    },
    'tag.create': {
      operationId: 'createTag',
      description:
        'With an id of your own, as `id` or as `Idempotency-Key`, a repeated call answers the tag that is there: a retry is safe. A tag that was deleted meanwhile is answered with `deletedAt`.',
      body: {
        withColor: { value: { name: tagExample.name, color: tagExample.color } },
        plain: { value: { name: tagExample.name } },
      },
      answer: { tag: { value: tagExample } },
    },
    'tag.update': {
      operationId: 'updateTag',
      description:
        'At least one field. A stale `version` in the body is a 409, a stale `If-Match` a 412; both bring the tag as it is now.',
      parameters: { id: tagExample.id, 'If-Match': '"3"' },
      body: {
        rename: { value: { name: 'Household' } },
        removeColor: { value: { color: null, version: 3 } },
      },
      answer: { tag: { value: { ...tagExample, name: 'Household', version: 4 } } },
    },
    'tag.delete': {
      operationId: 'deleteTag',
      description:
        'There is no way back. The tasks that had it are told as they are, without it. A stale `If-Match` is a 412 with the tag as it is now.',
      parameters: { id: tagExample.id, 'If-Match': '"3"' },
    },
  },
}
