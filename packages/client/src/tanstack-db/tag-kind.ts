import type { Tag } from '@taskwire/contract'
import type { RowKind } from './row-kind.ts'
import { isSameText } from './same-text.ts'

export const tagKind: RowKind<Tag> = {
  type: 'tag',
  writable: ['name', 'color'],
  create: (client, { id, name, color }, options) => client.tag.create.mutate({ id, name, color }, options),
  update: (client, { id, version, fields: { name, color } }, options) =>
    client.tag.update.mutate({ id, version, name, color }, options),
  delete: (client, { id, version }, options) => client.tag.delete.mutate({ id, version }, options),
  isSame(field, one, other) {
    if (field === 'color') return one.color?.toLowerCase() === other.color?.toLowerCase()
    return isSameText(one[field], other[field])
  },
  neededBy: () => [],
  toChange: (tag) => ({
    type: 'tag',
    id: tag.id,
    version: tag.version,
    deleted: tag.deletedAt !== null,
    tag: tag.deletedAt === null ? tag : null,
  }),
  rowOf: (change) => (change.type === 'tag' ? change.tag : undefined),
  withTags: (tag) => tag,
}
