import type { TestUser } from './test-users.ts'

/** Makes the data of a user who has only created things what they were at a version: as a restored backup would. */
export async function rewind({ services: { db }, user }: TestUser, version: number): Promise<void> {
  const later = { where: { userId: user.id, version: { gt: version } } }
  await db.$transaction([
    db.task.deleteMany(later),
    db.tag.deleteMany(later),
    db.user.update({ where: { id: user.id }, data: { changeSeq: version, purgedSeq: 0 } }),
  ])
}
