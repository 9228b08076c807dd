import type { User } from '@taskwire/contract'
import type { Database, Prisma } from '@taskwire/prisma'
import { DomainError } from '../domain-error.ts'

/** What a user is shown of their account. */
export const userSelect = { id: true, email: true, createdAt: true, updatedAt: true } satisfies Prisma.UserSelect

/** @throws DomainError SESSION_REVOKED when the account has just been deleted, and its sessions with it */
export async function getUser(db: Database, userId: string): Promise<User> {
  const user = await db.user.findUnique({ where: { id: userId, deletedAt: null }, select: userSelect })
  if (user === null) throw new DomainError('SESSION_REVOKED')
  return user
}
